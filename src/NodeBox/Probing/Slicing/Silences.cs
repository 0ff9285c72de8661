namespace NodeBox.Probing.Slicing;

/// <summary>
/// The longest time without data between intervals of traffic that come in any order, as the two directions are reported apart. It keeps
/// the longest few gaps: a late interval splits the one it falls into.
/// </summary>
internal sealed class Silences
{
    private const int Kept = 8;

    private List<(ulong From, ulong To)>? _gaps;
    private bool _any;

    public Silences()
    {
    }

    public Silences(Silences other)
    {
        _gaps = other._gaps is null ? null : [.. other._gaps];
        _any = other._any;
        FirstNs = other.FirstNs;
        LastNs = other.LastNs;
    }

    /// <summary>When the first data passed, in ns of CLOCK_MONOTONIC; 0 if none did.</summary>
    public ulong FirstNs { get; private set; }

    /// <summary>When the last data passed; 0 if none did.</summary>
    public ulong LastNs { get; private set; }

    /// <summary>In ns; 0 if there is none.</summary>
    public ulong LongestNs => _gaps is not { Count: > 0 } ? 0 : _gaps.Max(static gap => gap.To - gap.From);

    /// <summary>Says that data passed from one instant to another, without a silence of its own.</summary>
    public void Add(ulong beginNs, ulong endNs)
    {
        if (!_any)
        {
            (_any, FirstNs, LastNs) = (true, beginNs, endNs);
            return;
        }

        if (beginNs > LastNs)
        {
            Keep(LastNs, beginNs);
        }
        else if (endNs < FirstNs)
        {
            Keep(endNs, FirstNs);
        }
        else
        {
            Split(beginNs, endNs);
        }

        FirstNs = Math.Min(FirstNs, beginNs);
        LastNs = Math.Max(LastNs, endNs);
    }

    private void Split(ulong beginNs, ulong endNs)
    {
        for (int i = (_gaps?.Count ?? 0) - 1; i >= 0; i--)
        {
            (ulong from, ulong to) = _gaps![i];
            if (beginNs < to && endNs > from)
            {
                _gaps.RemoveAt(i);
                Keep(from, Math.Max(from, beginNs));
                Keep(Math.Min(to, endNs), to);
            }
        }
    }

    private void Keep(ulong from, ulong to)
    {
        if (to == from)
        {
            return;
        }

        _gaps ??= [];
        _gaps.Add((from, to));
        if (_gaps.Count > Kept)
        {
            _gaps.Remove(_gaps.MinBy(static gap => gap.To - gap.From));
        }
    }
}
