namespace NodeBox.Probes.Native.Probes;

/// <summary>Says which figures a kernel does not give, and why.</summary>
internal static class MissingFigures
{
    public static IReadOnlyList<string> Of(TcpFields tcp)
    {
        List<string> missing = [];
        if (tcp.RackRtt is null || tcp.RackEndSequence is null)
        {
            missing.Add("rtt: this kernel keeps no RTT of the last delivery (tcp_sock.rack.rtt_us and rack.end_seq)");
        }

        if (tcp.OutOfOrderSegments is null)
        {
            missing.Add("out_of_order_segments: this kernel does not count them (tcp_sock.rcv_ooopack)");
        }

        return missing;
    }
}
