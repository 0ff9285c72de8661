using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// What programs at net_dev_start_xmit begin with. TCP's control data is gone by then: the packet's own headers are read. A packet in a tunnel
/// has lost them, but came by at the tunnel's device.
/// </summary>
internal sealed class SentData(Assembler asm, ProbeTarget target)
{
    private const int TcpHeader = 20;
    private const int Ipv4Header = 20;
    private const int Ipv6Header = 40;
    private const int ProtocolInIpv4 = 9;
    private const int ProtocolInIpv6 = 6;
    private const int SequenceInTcp = 4;
    private const int DataOffsetInTcp = 12;

    /// <summary>
    /// Ends the run as filtered unless the packet has payload of a flow. R4 = its first sequence number, R3 = the one past its last,
    /// <see cref="Slots.Payload"/> its bytes; R6 is the socket, R7 the packet and R8 the flow's state.
    /// </summary>
    public void Find(int program)
    {
        Begin(program);
        FilterLength();
        ReadHeaders();
        FindData();
    }

    // What has a flow is TCP and of this namespace. Requests and time-wait sockets are shorter than a struct sock and have no flow.
    private void Begin(int program)
    {
        asm.Load(R7, R1, Field.Argument(0))
            .BeginLedger(target.Maps.Ledgers, program)
            .Load(R6, R7, target.Skb.Socket)
            .JumpIfEqual(R6, 0, LedgerCode.Filtered)
            .FindFlow(target, LedgerCode.Filtered)
            .Load(R1, R6, target.Socket.State)
            .JumpIfEqual(R1, (int)tcp_state.TCP_NEW_SYN_RECV, LedgerCode.Filtered)
            .JumpIfEqual(R1, (int)tcp_state.TCP_TIME_WAIT, LedgerCode.Filtered)
            .Store(R10, Slots.Skb, R7);
    }

    // The length counts from the packet's data, which begins at the device's own header. R2 = the length from TCP's header on; without options
    // and data it is filtered before anything is read.
    private void FilterLength()
    {
        SkbFields skb = target.Skb;
        asm.Load(R3, R7, skb.Head)
            .Load(R4, R7, skb.TransportHeader)
            .Add(R3, R4)
            .Load(R1, R7, skb.Data)
            .Load(R2, R7, skb.Length)
            .Add(R2, R1)
            .Subtract(R2, R3)
            .Store(R10, Slots.Payload, R2)
            .Add(R2, -TcpHeader - 1)
            .JumpIfNegative32(R2, LedgerCode.Filtered);
    }

    // R4 = the sequence number and R5 = the byte of the data offset, from the packet's bytes: one read for both headers, as a call costs 35 ns.
    // Behind a tunnel's device the header is that of the tunnel, or encrypted; then it is not TCP.
    private void ReadHeaders()
    {
        SkbFields skb = target.Skb;
        asm.Load(R3, R7, skb.Head)
            .Load(R1, R7, skb.NetworkHeader)
            .Add(R3, R1)
            .Read(Slots.Read.Size)
            .Load(R2, R7, skb.TransportHeader)
            .Load(R1, R7, skb.NetworkHeader)
            .Subtract(R2, R1)
            .Load(R1, R7, skb.Protocol)
            .JumpIfEqual(R1, Net.ETH_P_IP, "ipv4")
            .JumpIfNotEqual(R1, Net.ETH_P_IPV6, LedgerCode.Filtered)
            .Load(R1, R10, Byte(ProtocolInIpv6))
            .JumpIfNotEqual(R1, Net.IPPROTO_TCP, LedgerCode.Filtered)
            .JumpIfNotEqual(R2, Ipv6Header, "options");
        LoadTcp(Ipv6Header);
        asm.Jump("headers read")
            .Label("ipv4")
            .Load(R1, R10, Byte(ProtocolInIpv4))
            .JumpIfNotEqual(R1, Net.IPPROTO_TCP, LedgerCode.Filtered)
            .JumpIfNotEqual(R2, Ipv4Header, "options");
        LoadTcp(Ipv4Header);
        asm.Jump("headers read")
            .Label("options")
            .Load(R3, R7, skb.Head)
            .Load(R1, R7, skb.TransportHeader)
            .Add(R3, R1)
            .Read(DataOffsetInTcp + sizeof(uint));
        LoadTcp(0);
        asm.Label("headers read");
    }

    private void LoadTcp(int at)
    {
        asm.Load(R4, R10, Byte(at + SequenceInTcp) with { Size = sizeof(uint) })
            .Load(R5, R10, Byte(at + DataOffsetInTcp));
    }

    private static Field Byte(int at) => new(Slots.Read.Offset + at, 1);

    // R4 = the payload's first sequence number and R3 = the one past its last.
    private void FindData()
    {
        asm.FromNetwork(R4, 32)
            .Load(R3, R10, Slots.Payload)
            .ShiftRight(R5, 4)
            .ShiftLeft(R5, 2)
            .Subtract(R3, R5)
            .Move(R1, R3)
            .Add(R1, -1)
            .JumpIfNegative32(R1, LedgerCode.Filtered)
            .Store(R10, Slots.Payload, R3)
            .Store(R10, Slots.Begin, R4)
            .Store(R10, Slots.Outcome, (int)RunEnd.Aggregated)
            .Add(R3, R4)
            .ShiftLeft(R3, 32)
            .ShiftRight(R3, 32);
    }
}
