namespace NodeBox.Probes.Native.Probes;

/// <summary>The first word of every record.</summary>
internal enum EventKind
{
    Opened = 1,
    Established = 2,
    Closed = 3,
    Failed = 4,
    Retransmit = 5,
    Received = 6,
    Sent = 7,
    ReceivedPackets = 8,
    SentPackets = 9,
}
