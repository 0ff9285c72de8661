using System.Collections;
using NodeBox.Probes.Native;

namespace NodeBox.Probing.Slicing;

/// <summary>The last slices of a flow, in order, found by the offset of a byte.</summary>
internal sealed class KeptSlices : IReadOnlyList<Slice>
{
    private readonly List<Slice> _slices;

    public KeptSlices() => _slices = [];

    /// <summary>A copy, for looking ahead.</summary>
    public KeptSlices(KeptSlices other) => _slices = [.. other._slices.Select(static slice => new Slice(slice))];

    public int Count => _slices.Count;

    /// <summary>How often the slice that was looked for had been forgotten, and slices forgotten without a record.</summary>
    public int Forgotten { get; set; }

    public Slice this[int index] => _slices[index];

    /// <summary>Where a slice begins, by its cut.</summary>
    public static long BeginOf(TrafficDirection direction, Slice slice) =>
        direction == TrafficDirection.Tx ? slice.Cut.TxOffset : slice.Cut.RxOffset;

    public void Add(Slice slice) => _slices.Add(slice);

    public void RemoveFirst(int count) => _slices.RemoveRange(0, count);

    /// <summary>
    /// Which slice owns the byte at an offset; -1 for one before the first slice that is kept. Of slices that begin at the same offset the
    /// last one owns it: the others have no bytes in this direction.
    /// </summary>
    public int IndexOf(TrafficDirection direction, long offset)
    {
        int low = 0;
        int high = _slices.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (BeginOf(direction, _slices[middle]) > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low - 1;
    }

    /// <summary>The slice that a fact at an offset happens to; null where there is none or it is forgotten.</summary>
    public Slice? Change(TrafficDirection direction, long offset)
    {
        if (IndexOf(direction, offset) is >= 0 and int index)
        {
            _slices[index].Change();
            return _slices[index];
        }

        Forgotten += Count > 0 ? 1 : 0;
        return null;
    }

    /// <summary>Where the slice ends that owns the byte at an offset, as far as is known.</summary>
    public long EndOf(TrafficDirection direction, long offset)
    {
        int next = IndexOf(direction, offset) + 1;
        return next < _slices.Count ? BeginOf(direction, _slices[next]) : long.MaxValue;
    }

    /// <summary>Whether the record of a slice that has ended is due.</summary>
    public bool HaveNews()
    {
        for (int i = 0; i + 1 < _slices.Count; i++)
        {
            if (_slices[i].IsChanged)
            {
                return true;
            }
        }

        return false;
    }

    public IEnumerator<Slice> GetEnumerator() => _slices.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
