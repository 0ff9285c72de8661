using System.Net;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probing;
using NodeBox.Probing.Slicing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing;

public sealed class OpenFlowsTests
{
    private const ulong Second = 1_000_000_000;

    private readonly List<FlowRecord> _flowRecords = [];
    private readonly List<SliceRecord> _slices = [];
    private readonly List<PacketRecord> _packets = [];
    private readonly OpenFlows _flows;

    public OpenFlowsTests() => _flows = new OpenFlows(
        new FlowRecords("n1", netns: 1), new RecordSink(_flowRecords.Add, _slices.Add, static _ => { }, _packets.Add), hasBursts: true);

    [Fact]
    public void A_flush_says_what_is_new_only()
    {
        Cut(5, 0);
        Cut(5, 1);
        _flows.Flush([Snapshot(5, tx: 100, rx: 200)], 2 * Second);
        Assert.Equal([(0u, 0UL), (1u, 100UL)], _slices.Select(static slice => (slice.Slice, slice.TxBytes)));

        _slices.Clear();
        _flows.Flush([Snapshot(5, tx: 100, rx: 200)], 3 * Second);
        Assert.Empty(_slices);

        _flows.Flush([Snapshot(5, tx: 150, rx: 200)], 4 * Second);
        Assert.Equal(150UL, Assert.Single(_slices).TxBytes);
        Assert.Equal(3, _flowRecords.Count);
    }

    [Fact]
    public void The_next_call_does_not_repeat_what_a_flush_has_said()
    {
        Cut(5, 0);
        Cut(5, 1);
        _flows.Flush([Snapshot(5, tx: 100, rx: 200, txSegs: 1, rxSegs: 2)], 2 * Second);
        _slices.Clear();
        _flows.Take(new SliceCut(5, 2, null, SliceKind.Llm, 9, 100, 200, 1, 2), this);
        _flows.EmitSlices();
        Assert.Empty(_slices);
    }

    [Fact]
    public void What_the_kernel_holds_is_told_at_a_flush_and_not_counted_twice()
    {
        Cut(5, 0);
        Cut(5, 1);
        FlowSnapshot open = Snapshot(5, tx: 100, rx: 0) with
        {
            PendingRtts = new PendingFacts<RttSample>(0, [new RttSample(1100, 20)]),
            PendingTxBursts = new PendingFacts<Burst>(0, [Burst(1000, 60)]),
            PendingTxPackets = new PendingFacts<Packet>(0, [new Packet(8, 1000, 100, 1)]),
        };
        _flows.Flush([open], 2 * Second);
        SliceRecord told = _slices.Single(static slice => slice.Slice == 1);
        Assert.Equal((1UL, 1UL), (told.Shape.TxBursts.Count, Assert.Single(told.Shape.RttUs).Count));
        Assert.Equal((1u, 100u), (Assert.Single(_packets).Slice, _packets[0].Bytes));

        // The kernel reports the same later; the burst has grown by then.
        _flows.Take(new FlowFacts<RttSample>(5, 9, 0, [new RttSample(1100, 20)]));
        _flows.Take(TrafficDirection.Tx, new FlowFacts<Burst>(5, 9, 0, [Burst(1000, 100)]));
        _flows.Take(TrafficDirection.Tx, new FlowFacts<Packet>(5, 9, 0, [new Packet(8, 1000, 100, 1)]));
        _flows.Flush([Snapshot(5, tx: 100, rx: 0)], 3 * Second);
        SliceRecord last = _slices.Last();
        Assert.Equal((1u, 1UL, 1UL), (last.Slice, last.Shape.TxBursts.Count, Assert.Single(last.Shape.RttUs).Count));
        Assert.Equal(103UL, Assert.Single(last.Shape.TxBursts.Bytes).Le);
        Assert.Single(_packets);
    }

    [Fact]
    public void A_flow_that_the_kernel_no_longer_lists_is_forgotten()
    {
        Cut(5, 0);
        Cut(6, 0);
        _flows.Flush([Snapshot(5, tx: 1, rx: 1), Snapshot(6, tx: 1, rx: 1)], 2 * Second);
        Assert.Equal((2, 0), (_flows.Counters.Open, _flows.Counters.LostEnds));
        _flows.Flush([Snapshot(6, tx: 1, rx: 1)], 3 * Second);
        Assert.Equal((1, 1), (_flows.Counters.Open, _flows.Counters.LostEnds));
    }

    [Fact]
    public void A_socket_that_is_about_to_connect_is_kept()
    {
        _flows.Take(new SliceCut(5, 0, null, SliceKind.Connection, (long)(2 * Second), 0, 0, 0, 0), this);
        _flows.ForgetUnlisted([], (2 * Second) + 1);
        Assert.Equal(1, _flows.Counters.Open);
        _flows.ForgetUnlisted([], 4 * Second);
        Assert.Equal((0, 0), (_flows.Counters.Open, _flows.Counters.LostEnds));
    }

    [Fact]
    public void Lost_cuts_touch_the_flows_of_whoever_lost_them()
    {
        object other = new();
        Cut(5, 0);
        _flows.Take(new SliceCut(6, 0, null, SliceKind.Connection, 1, 0, 0, 0, 0), other);
        _flows.MarkCutsLost(other);
        _flows.Flush([Snapshot(5, tx: 1, rx: 1), Snapshot(6, tx: 1, rx: 1)], 2 * Second);
        Assert.Equal([false, true], _slices.Select(static slice => slice.Shared));
    }

    [Fact]
    public void Facts_of_a_flow_whose_handshake_was_not_seen_are_lost_and_said_to_be()
    {
        Cut(5, 0);
        _flows.Take(new FlowFacts<RttSample>(5, 9, 0, [new RttSample(1100, 20)]));
        _flows.Take(TrafficDirection.Rx, new FlowFacts<Burst>(5, 9, 0, [Burst(1000, 60)]));
        _flows.Flush([Snapshot(5, tx: 1, rx: 1)], 2 * Second);
        Assert.Equal(2, _flows.Counters.Lost);
        Assert.Equal(["rtt", "rx_bursts"], Assert.Single(_slices).Shape.Missing);
        Assert.Equal(["rtt", "rx_bursts"], Assert.Single(_flowRecords).Shape.Missing);
    }

    [Fact]
    public void Cuts_that_come_long_before_their_facts_push_no_slice_out()
    {
        const uint Calls = FlowSlices.Kept * 3;
        const long CutNs = 1;
        foreach (uint slice in Enumerable.Range(0, (int)Calls))
        {
            _flows.Take(new SliceCut(5, slice, null, SliceKind.Connection, CutNs + slice, 0, 0, 0, 0), this);
        }

        // The recorder began to read what the kernel has to say when the first call had begun.
        _flows.ForgetOldSlices((ulong)CutNs + 1);
        Assert.Empty(_slices);
        _flows.Flush([Snapshot(5, tx: 1, rx: 1)], 2 * Second);
        Assert.Equal(Calls, (uint)_slices.Count);
        _slices.Clear();

        _flows.ForgetOldSlices(2 * Second);
        _flows.Take(new FlowFacts<RttSample>(5, 9, 0, [new RttSample(1100, 20)]));
        _flows.Flush([Snapshot(5, tx: 1, rx: 1)], 3 * Second);
        Assert.Single(_slices);
    }

    [Fact]
    public void Slices_of_a_flow_whose_beginning_is_not_known_are_counted_as_they_are_forgotten()
    {
        foreach (uint slice in Enumerable.Range(0, FlowSlices.Kept + 3))
        {
            Cut(5, slice);
        }

        _flows.ForgetOldSlices(2 * Second);
        Assert.Equal(3, _flows.Counters.Lost);
    }

    [Fact]
    public void Retransmissions_that_only_the_kernel_counted_are_missing_in_the_flow_and_its_slices()
    {
        Cut(5, 0);
        Cut(5, 1);
        _flows.Flush([Snapshot(5, tx: 100, rx: 200) with { RetransmittedDataSegments = 2 }], 2 * Second);
        Assert.Equal(["retransmits"], Assert.Single(_flowRecords).Shape.Missing);

        // The connection's own slice has no bytes.
        Assert.Equal([[], ["retransmits"]], _slices.Select(static slice => slice.Shape.Missing.ToArray()));
        Assert.Equal(2, _flows.Counters.Lost);

        // They were lost once.
        _flows.Flush([Snapshot(5, tx: 100, rx: 200) with { RetransmittedDataSegments = 2 }], 3 * Second);
        Assert.Equal(2, _flows.Counters.Lost);
    }

    [Fact]
    public void Cuts_of_sockets_beyond_counting_are_refused_and_counted()
    {
        const int TooMany = 140_000;
        for (ulong cookie = 1; cookie <= TooMany; cookie++)
        {
            Cut(cookie, 0);
        }

        Assert.Equal(TooMany, _flows.Counters.Cuts);
        Assert.Equal(TooMany, _flows.Counters.Open + _flows.Counters.RefusedCuts);
        Assert.True(_flows.Counters.RefusedCuts > 0);
    }

    private void Cut(ulong cookie, uint slice) =>
        _flows.Take(new SliceCut(cookie, slice, null, slice == 0 ? SliceKind.Connection : SliceKind.Llm, 1, 0, 0, 0, 0), this);

    private static Burst Burst(uint sequence, uint bytes) =>
        new() { BeginKtimeNs = 5, EndKtimeNs = 6, Sequence = sequence, Bytes = bytes, Segments = 1 };

    private static FlowSnapshot Snapshot(ulong cookie, ulong tx, ulong rx, uint txSegs = 0, uint rxSegs = 0) => new()
    {
        Cookie = cookie,
        Local = new IPEndPoint(IPAddress.Loopback, 1),
        Remote = new IPEndPoint(IPAddress.Loopback, 2),
        State = "ESTABLISHED",
        Direction = FlowDirection.Active,
        BeginKtimeNs = 1,
        FirstSendSequence = 1000,
        FirstReceiveSequence = 2000,
        TxBytes = tx,
        RxBytes = rx,
        TxSegments = txSegs,
        RxSegments = rxSegs,
    };
}
