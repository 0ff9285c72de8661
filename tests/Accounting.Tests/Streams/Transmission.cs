namespace NodeBox.Accounting.Tests.Streams;

/// <summary>One data packet of one direction of a connection, as it passed where the capture was taken.</summary>
/// <param name="Order">Its place among all packets of the capture.</param>
/// <param name="AtNs">When, in ns of the Unix epoch.</param>
/// <param name="Offset">How many payload bytes of this direction come before its first.</param>
/// <param name="Bytes">How many bytes it carries.</param>
/// <param name="NewBytes">How many of them no packet before it carried.</param>
internal readonly record struct Transmission(int Order, long AtNs, long Offset, int Bytes, long NewBytes)
{
    /// <summary>Whether it is the first to carry any of its bytes. The others are retransmissions at their sender, duplicates at their receiver.</summary>
    public bool IsNew => NewBytes > 0;
}
