using System.Collections.Concurrent;
using NodeBox.Telemetry.Http;

namespace NodeBox.Probing;

/// <summary>Cuts of this process on their way to the recorder. Adding is thread-safe and cheap, and never waits: a full queue drops.</summary>
internal sealed class CutQueue
{
    /// <summary>About a second of what one process can cut.</summary>
    public const int Capacity = 1 << 16;

    private readonly ConcurrentQueue<SliceCut> _cuts = [];
    private int _count;
    private long _dropped;

    /// <summary>Cuts that wait.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Cuts dropped so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Add(in SliceCut cut)
    {
        if (Interlocked.Increment(ref _count) > Capacity)
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Increment(ref _dropped);
            return;
        }

        _cuts.Enqueue(cut);
    }

    public bool TryTake(out SliceCut cut)
    {
        if (!_cuts.TryDequeue(out cut))
        {
            return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }
}
