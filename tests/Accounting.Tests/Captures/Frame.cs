namespace NodeBox.Accounting.Tests.Captures;

/// <summary>How a frame begins: the link types of https://www.tcpdump.org/linktypes.html that captures on Linux have.</summary>
internal enum LinkType
{
    Ethernet = 1,
    Raw = 101,
    LinuxSll = 113,
    LinuxSll2 = 276,
}

/// <summary>One frame of a capture.</summary>
/// <param name="AtNs">When, in ns of the Unix epoch.</param>
/// <param name="Link">How it begins.</param>
/// <param name="Data">What was captured of it.</param>
/// <param name="Length">Its length on the wire, in bytes.</param>
internal readonly record struct Frame(long AtNs, LinkType Link, ReadOnlyMemory<byte> Data, int Length);
