namespace NodeBox.Probing.Slicing;

/// <summary>How far the facts of one kind, and direction, of a flow have come. Facts are numbered, so that lost ones are noticed.</summary>
internal struct FactStream
{
    /// <summary>Where the bytes of the last fact are.</summary>
    public long LastOffset;

    private uint _next;

    /// <summary>The facts that are new: those that the kernel held at a snapshot, and which were taken then, come again.</summary>
    /// <param name="first">The number of the first one.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="lost">How many facts before them never came.</param>
    public ReadOnlySpan<T> Take<T>(uint first, ReadOnlySpan<T> facts, out uint lost)
    {
        int ahead = (int)(first - _next);
        lost = (uint)Math.Max(0, ahead);
        int known = Math.Min(facts.Length, Math.Max(0, -ahead));
        if (known < facts.Length)
        {
            _next = first + (uint)facts.Length;
        }

        return facts[known..];
    }
}
