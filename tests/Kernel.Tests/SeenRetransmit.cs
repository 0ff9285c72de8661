using System.Net;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

/// <summary>A copy of a retransmission's event, which itself does not outlive the drain.</summary>
internal sealed record SeenRetransmit(
    ulong Cookie,
    IPEndPoint Local,
    IPEndPoint Remote,
    uint Bytes,
    uint Segments,
    uint Begin,
    uint End,
    string State)
{
    public SeenRetransmit(RetransmitEvent e)
        : this(e.Cookie, e.Local, e.Remote, e.Bytes, e.Segments, e.SequenceBegin, e.SequenceEnd, e.State)
    {
    }
}
