namespace NodeBox.Probing.Slicing;

/// <summary>
/// Turns the 32-bit sequence numbers of one direction into offsets: payload bytes since the connection's beginning. A number stands for
/// the offset that is nearest to the last one seen, so they may be as late, or early, as 2 GiB.
/// </summary>
/// <param name="first">The sequence number of the first byte, the one after the SYN.</param>
internal sealed class Sequence(uint first)
{
    private long _last;

    /// <summary>Negative for a SYN.</summary>
    public long OffsetOf(uint sequence)
    {
        int distance = (int)(sequence - (uint)(first + _last));
        long offset = _last + distance;
        Advance(offset);
        return offset;
    }

    /// <summary>Says that the direction has come so far, whatever it was that told.</summary>
    public void Advance(long offset) => _last = Math.Max(_last, offset);
}
