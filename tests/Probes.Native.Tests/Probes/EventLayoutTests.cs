using System.Runtime.CompilerServices;
using NodeBox.Probes.Native.Probes;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class EventLayoutTests
{
    [Fact]
    public void Records_have_no_holes_that_nobody_writes()
    {
        int header = 4 + 2 + 2 + 8 + 8 + 64 + 16 + 16;
        int core = 8 + 8 + 4 + 4 + 16 + (4 * 4) + (4 * 4);
        int rtts = 8 + 4 + 4 + (20 * 8);
        int burst = 8 + 8 + (4 * 4) + (8 * 4);
        int facts = (6 * 4) + rtts + (2 * (burst + (8 * 4)));
        int factsHeader = 4 + 4 + 8 + 8;

        Assert.Equal(header, Unsafe.SizeOf<event_header>());
        Assert.Equal(core, Unsafe.SizeOf<flow_core>());
        Assert.Equal(header + (2 * 4) + (5 * 8) + (10 * 4) + 16 + core, Unsafe.SizeOf<flow_event>());
        Assert.Equal(header + (6 * 4), Unsafe.SizeOf<retransmit_event>());
        Assert.Equal(rtts, Unsafe.SizeOf<rtt_batch>());
        Assert.Equal(burst, Unsafe.SizeOf<Burst>());
        Assert.Equal(facts, Unsafe.SizeOf<flow_facts>());
        Assert.Equal(Unsafe.SizeOf<flow_event>() + facts, Unsafe.SizeOf<closed_event>());
        Assert.Equal(factsHeader + burst, Unsafe.SizeOf<sent_event>());
        Assert.Equal(factsHeader + rtts + burst + 24 + 8, Unsafe.SizeOf<received_event>());
        Assert.Equal(factsHeader + 8 + (4 * 4) + (16 * 24), Unsafe.SizeOf<packets_event>());
    }

    [Fact]
    public void A_flows_place_is_whole_cache_lines()
    {
        Assert.InRange(8 + Unsafe.SizeOf<flow_core>() + Unsafe.SizeOf<flow_facts>(), 1, Unsafe.SizeOf<flow_state>());
        Assert.InRange(2 * Unsafe.SizeOf<packet_batch>(), 1, Unsafe.SizeOf<flow_packets>());
        Assert.Equal((0, 0), (Unsafe.SizeOf<flow_state>() % 64, Unsafe.SizeOf<flow_packets>() % 64));
    }

    [Fact]
    public void What_programs_write_is_what_readers_see()
    {
        Assert.Equal(new RttSample(1, 2), Unsafe.BitCast<rtt_sample, RttSample>(new rtt_sample { snd_una = 1, rtt_us = 2 }));
        Assert.Equal(
            new LateDuplicate(1, 2, 3, 4, 5),
            Unsafe.BitCast<late_duplicate, LateDuplicate>(new late_duplicate { ktime_ns = 1, seq = 2, bytes = 3, segs = 4, data_segs_in = 5 }));
        Assert.Equal(
            new Packet(1, 2, 3, 4),
            Unsafe.BitCast<data_packet, Packet>(new data_packet { ktime_ns = 1, seq = 2, bytes = 3, segs = 4 }));
    }

    [Fact]
    public void Fields_are_told_by_offset_and_size()
    {
        flow_event e = default;

        Assert.Equal((0, 4), Parts(Layout.Of(ref e, ref e.header.kind)));
        Assert.Equal((24, 64), Parts(Layout.Of(ref e, ref e.header.tag)));
        Assert.Equal((Unsafe.SizeOf<event_header>() + 4, 4), Parts(Layout.Of(ref e, ref e.sk_err)));
    }

    private static (int Offset, int Size) Parts(Native.Asm.Field field)
    {
        return (field.Offset, field.Size);
    }
}
