using NodeBox.Probes.Native;
using NodeBox.Probing.Slicing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing.Slicing;

/// <summary>What happens where the world is not as it should be.</summary>
public sealed class FlowSlicesTests
{
    private readonly FlowSlices _slices = new(hasBursts: true) { IsPassive = true };
    private readonly Dictionary<uint, SliceRecord> _records = [];

    [Fact]
    public void A_flow_that_is_never_cut_has_no_slices()
    {
        Assert.True(_slices.AddBurst(TrafficDirection.Tx, 0, Burst(10)));
        Assert.Null(_slices.AddRetransmit(0, 10, 1));
        End(new FlowTotals(9, 10, 0, 1, 0));
        Assert.Empty(_records);
    }

    [Fact]
    public void The_connections_own_slice_is_there_even_if_only_an_exchange_was_cut()
    {
        Cut(1, 20, 30, 1, 2);
        End(new FlowTotals(9, 50, 60, 3, 4));
        Assert.Equal(("connection", 20UL, 30UL, 1UL, 2UL), BytesAndSegs(0));
        Assert.Equal(("llm", 30UL, 30UL, 2UL, 2UL), BytesAndSegs(1));
    }

    [Fact]
    public void A_request_that_arrives_before_its_boundary_waits_for_it()
    {
        Cut(0, 0, 0, 0, 0);
        _slices.AddBurst(TrafficDirection.Rx, 0, Burst(100));
        Assert.Equal(1, _slices.Waiting);
        Assert.True(_slices.IsUndecided(0));
        Cut(1, 0, 0, 0, 0);
        Assert.Equal(1, _slices.Waiting);
        Cut(2, 50, 100, 1, 1);
        Assert.Equal((0, false), (_slices.Waiting, _slices.IsUndecided(99)));
        End(new FlowTotals(9, 50, 100, 1, 1));
        Assert.Equal([0UL, 1UL, 0UL], _records.Values.Select(static slice => slice.Shape.RxBursts.Count));
    }

    [Fact]
    public void The_end_that_connects_knows_whose_an_answer_is()
    {
        _slices.IsPassive = false;
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Assert.False(_slices.IsUndecided(5));
        Assert.Equal(1u, _slices.NumberAt(TrafficDirection.Rx, 5));
    }

    [Fact]
    public void Where_too_much_waits_the_slice_says_that_its_bursts_may_be_anothers()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        for (int i = 0; i < FlowSlices.MaxWaiting; i++)
        {
            Assert.True(_slices.AddBurst(TrafficDirection.Rx, i * 10, Burst(10)));
        }

        Assert.False(_slices.AddBurst(TrafficDirection.Rx, 99_990, Burst(10)));
        Assert.Equal(FlowSlices.MaxWaiting, _slices.Waiting);
        Cut(2, 0, 100_000, 0, 0);
        End(new FlowTotals(9, 0, 100_000, 0, 0));
        Assert.Equal(["rx_bursts"], _records[1].Shape.Missing);
        Assert.Equal(["rx_bursts"], _records[2].Shape.Missing);
        Assert.Equal(FlowSlices.MaxWaiting + 1u, _records[1].Shape.RxBursts.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_waits_where_exchanges_are_multiplexed_from_here_on(bool isPassive)
    {
        _slices.IsPassive = isPassive;
        Cut(0, 0, 0, 0, 0);
        Assert.True(_slices.AddBurst(TrafficDirection.Rx, 0, Burst(10)));
        Assert.True(_slices.Cut(CutAt(1, 0, 0, 0, 0) with { IsShared = true }));
        Assert.Equal((0, false), (_slices.Waiting, _slices.IsUndecided(10)));
        const int Many = 4 * FlowSlices.MaxWaiting;
        for (int i = 1; i < Many; i++)
        {
            Assert.True(_slices.AddBurst(TrafficDirection.Rx, i * 10, Burst(10)));
        }

        Assert.Equal(0, _slices.Waiting);
        End(new FlowTotals(9, 0, Many * 10, 0, Many));
        Assert.All(_records.Values, static slice => Assert.Empty(slice.Shape.Missing));
        Assert.Equal([0UL, (ulong)Many], _records.Values.Select(static slice => slice.Shape.RxBursts.Count));
    }

    [Fact]
    public void Facts_that_are_lost_where_exchanges_are_multiplexed_are_missing_in_that_slice_only()
    {
        Cut(0, 0, 0, 0, 0);
        Assert.True(_slices.Cut(CutAt(1, 0, 20, 0, 1) with { IsShared = true }));
        _slices.MarkMissing(Missing.RxBursts, TrafficDirection.Rx, 30, 40);
        End(new FlowTotals(9, 0, 100, 0, 9));
        Assert.Equal([[], ["rx_bursts"]], _records.Values.Select(static slice => slice.Shape.Missing.ToArray()));
    }

    [Fact]
    public void Unknown_segments_are_estimated_from_bursts_and_say_so()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        _slices.AddBurst(TrafficDirection.Tx, 0, Burst(2000, segs: 3));
        Cut(2, 2000, 500, null, 1);
        Cut(3, 3000, 900, 5, 2);
        End(new FlowTotals(9, 3000, 900, 5, 2));
        Assert.Equal(["connection", "llm", "llm", "llm"], _records.Values.Select(static slice => slice.Kind));
        Assert.Equal([0UL, 3UL, 2UL, 0UL], _records.Values.Select(static slice => slice.TxSegs));
        Assert.Equal([true, false, false, true], _records.Values.Select(static slice => slice.SegsExact));
    }

    [Fact]
    public void A_burst_over_a_boundary_is_divided_by_bytes()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 300, 0, 1, 0);
        _slices.AddBurst(TrafficDirection.Tx, 100, Burst(800, segs: 4));
        Cut(3, 900, 0, 4, 0);
        End(new FlowTotals(9, 900, 0, 4, 0));
        Assert.Equal([[], ["tx_bursts_divided"], ["tx_bursts_divided"], []], _records.Values.Select(static slice => slice.Shape.Missing.ToArray()));

        // 200 and 600 bytes, as near as a bucket tells.
        Assert.Equal([207UL, 607UL], _records.Values.Skip(1).Take(2).Select(static slice => Assert.Single(slice.Shape.TxBursts.Bytes).Le));
        Assert.Equal([1UL, 3UL], _records.Values.Skip(1).Take(2).Select(static slice => Assert.Single(slice.Shape.TxBursts.Segs).Le));
    }

    [Theory]
    [InlineData(TrafficDirection.Tx, 1, new[] { 1UL, 0UL, 0UL })]
    [InlineData(TrafficDirection.Rx, 1, new[] { 1UL, 0UL, 0UL })]
    [InlineData(TrafficDirection.Rx, 2, new[] { 1UL, 1UL, 0UL })]
    [InlineData(TrafficDirection.Rx, 5, new[] { 1UL, 2UL, 2UL })]
    public void A_burst_over_several_boundaries_has_no_more_segments_than_it_had(TrafficDirection direction, uint segs, ulong[] divided)
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 100, 100, null, null);
        Cut(3, 200, 200, null, null);
        _slices.AddBurst(direction, 0, Burst(300, segs));
        End(new FlowTotals(9, 300, 300, segs, segs));
        Assert.Equal(divided, _records.Values.Skip(1).Select(slice => Assert.Single(BurstsOf(slice, direction).Segs).Le));
    }

    [Fact]
    public void A_burst_that_began_out_of_order_is_all_its_slices()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        _slices.AddBurst(TrafficDirection.Rx, 0, Burst(100));

        // The bytes from 100 to 200 came last.
        _slices.AddBurst(TrafficDirection.Rx, 200, Burst(900, segs: 9));
        Cut(2, 0, 1000, 0, 10);
        End(new FlowTotals(9, 0, 1000, 0, 10));
        Assert.Equal([0UL, 2UL, 0UL], _records.Values.Select(static slice => slice.Shape.RxBursts.Count));
        Assert.All(_records.Values, static slice => Assert.Empty(slice.Shape.Missing));
    }

    [Fact]
    public void A_retransmission_over_a_boundary_gives_each_slice_its_bytes_and_the_first_the_segments()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 300, 0, 1, 0);
        Assert.Equal(1u, _slices.AddRetransmit(200, 150, 2));
        Assert.Equal(0u, _slices.AddRetransmit(-1, 0, 1));
        End(new FlowTotals(9, 900, 0, 4, 0));
        Assert.Equal([0UL, 100UL, 50UL], _records.Values.Select(static slice => slice.RetransBytes));
        Assert.Equal([0UL, 2UL, 0UL], _records.Values.Select(static slice => slice.RetransSegs));
    }

    [Fact]
    public void A_late_retransmission_amends_the_slice_that_sent_the_bytes()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 300, 100, 1, 1);
        Cut(3, 600, 200, 2, 2);
        Emit(totals: null);
        Assert.Equal(0UL, _records[1].RetransSegs);
        _records.Clear();
        Emit(totals: null);
        Assert.Empty(_records);
        Assert.Equal(1u, _slices.AddRetransmit(0, 300, 1));
        Emit(totals: null);
        SliceRecord amended = Assert.Single(_records).Value;
        Assert.Equal((1u, 1UL, 300UL), (amended.Slice, amended.RetransSegs, amended.RetransBytes));
    }

    [Fact]
    public void What_was_written_and_never_sent_belongs_to_nobody()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 1000, 50, 2, 1);
        End(new FlowTotals(9, 700, 50, 1, 1));
        Assert.Equal([0UL, 700UL, 0UL], _records.Values.Select(static slice => slice.TxBytes));
        Assert.Equal([0UL, 1UL, 0UL], _records.Values.Select(static slice => slice.TxSegs));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_boundary_behind_a_snapshot_leaves_no_slice_short(bool laterBoundary)
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 150, 80, 2, 1);
        Assert.Equal([0UL, 100UL, 0UL], TxBytesAfter(new FlowTotals(7, 100, 50, 1, 1)));
        if (laterBoundary)
        {
            Cut(3, 180, 90, 3, 2);
            Emit(totals: null);
        }

        ulong[] whole = laterBoundary ? [0, 150, 30, 20] : [0, 150, 50];
        Assert.Equal(whole, TxBytesAfter(new FlowTotals(9, 200, 90, 4, 2)));
        Assert.All(_records.Values, static slice => Assert.True(slice.SegsExact));
    }

    [Fact]
    public void A_slice_that_was_told_and_whose_last_bytes_were_never_sent_is_corrected()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 1000, 50, 2, 1);
        Emit(totals: null);
        Assert.Equal(1000UL, _records[1].TxBytes);
        Assert.Equal([0UL, 700UL, 0UL], TxBytesAfter(new FlowTotals(9, 700, 50, 1, 1)));
        _records.Clear();
        Emit(new FlowTotals(9, 700, 50, 1, 1));
        Assert.Empty(_records);
    }

    [Fact]
    public void A_lost_boundary_makes_a_slice_shared()
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(3, 300, 100, 1, 1);
        Cut(4, 600, 200, 2, 2);
        _slices.MarkCutsLost();
        End(new FlowTotals(9, 900, 300, 3, 3));
        Assert.Equal([false, true, false, true], _records.Values.Select(static slice => slice.Shared));
        Assert.Equal([[], ["cuts"], [], ["cuts"]], _records.Values.Select(static slice => slice.Shape.Missing.ToArray()));
    }

    [Theory]
    [InlineData(0u, 500, 500)]
    [InlineData(2u, 500, 500)]
    [InlineData(3u, 299, 500)]
    [InlineData(3u, 500, 99)]
    public void A_boundary_that_does_not_follow_is_refused(uint slice, long tx, long rx)
    {
        Cut(0, 0, 0, 0, 0);
        Cut(1, 0, 0, 0, 0);
        Cut(2, 300, 100, 1, 1);
        Assert.False(_slices.Cut(CutAt(slice, tx, rx, 1, 1)));
        End(new FlowTotals(9, 900, 300, 3, 3));
        Assert.Equal([0UL, 300UL, 600UL], _records.Values.Select(static slice => slice.TxBytes));
    }

    [Fact]
    public void Lost_facts_are_named_in_the_slices_that_they_may_belong_to()
    {
        for (uint i = 0; i < 5; i++)
        {
            Cut(i, i * 100, i * 100, i, i);
        }

        _slices.MarkMissing(Missing.Rtt, TrafficDirection.Tx, 150, 250);
        _slices.MarkMissing(Missing.Duplicates, TrafficDirection.Rx, 350, 350);
        End(new FlowTotals(9, 500, 500, 5, 5));
        Assert.Equal([[], ["rtt"], ["rtt"], ["duplicates"], []], _records.Values.Select(static slice => slice.Shape.Missing.ToArray()));
        Assert.Equal([true, true, true, false, true], _records.Values.Select(static slice => slice.SegsExact));
    }

    [Fact]
    public void Old_slices_are_forgotten_and_late_facts_of_theirs_are_counted()
    {
        const int Many = FlowSlices.Kept + 10;
        for (uint i = 0; i < Many; i++)
        {
            Cut(i, i * 100, i * 50, i == 5 ? null : i, i);
            _slices.AddBurst(TrafficDirection.Tx, i * 100, Burst(100));
        }

        _slices.ForgetOldest(beforeNs: ulong.MaxValue, "f", Keep);
        _slices.AddRtt(50, 7);
        Assert.Null(_slices.AddRetransmit(0, 100, 1));
        Assert.Equal(2, _slices.Forgotten);
        End(new FlowTotals(9, Many * 100, Many * 50, Many, Many));
        Assert.Equal(Many, _records.Count);
        Assert.All(_records.Values, static slice => Assert.Equal((100UL, 50UL, 1UL, 1UL), (slice.TxBytes, slice.RxBytes, slice.TxSegs, slice.RxSegs)));
        Assert.All(_records.Values, static slice => Assert.Equal(slice.Slice is not (4 or 5), slice.SegsExact));
    }

    [Fact]
    public void Without_bursts_no_slice_says_that_its_segments_are_exact()
    {
        var slices = new FlowSlices(hasBursts: false);
        slices.Cut(CutAt(0, 0, 0, 0, 0));
        slices.Emit("f", new FlowTotals(9, 5, 5, 1, 1), Keep);
        SliceRecord only = Assert.Single(_records).Value;
        Assert.Equal((false, null, null), (only.SegsExact, only.Shape.TxBursts, only.Shape.RxBursts));
    }

    private (string Kind, ulong Tx, ulong Rx, ulong TxSegs, ulong RxSegs) BytesAndSegs(uint slice)
    {
        SliceRecord record = _records[slice];
        return (record.Kind, record.TxBytes, record.RxBytes, record.TxSegs, record.RxSegs);
    }

    private IEnumerable<ulong> TxBytesAfter(FlowTotals totals)
    {
        End(totals);
        return _records.Values.Select(static slice => slice.TxBytes);
    }

    private static Bursts BurstsOf(SliceRecord slice, TrafficDirection direction) =>
        direction == TrafficDirection.Tx ? slice.Shape.TxBursts : slice.Shape.RxBursts;

    private void Cut(uint slice, long tx, long rx, uint? txSegs, uint? rxSegs) =>
        Assert.True(_slices.Cut(CutAt(slice, tx, rx, txSegs, rxSegs)));

    private void End(FlowTotals totals)
    {
        _slices.GiveAllWaiting();
        Emit(totals);
    }

    private void Emit(FlowTotals? totals) => _slices.Emit("f", totals, Keep);

    private void Keep(SliceRecord record) => _records[record.Slice] = record;

    private static SliceCut CutAt(uint slice, long tx, long rx, uint? txSegs, uint? rxSegs) =>
        new(7, slice, null, slice == 0 ? SliceKind.Connection : SliceKind.Llm, 1 + slice, tx, rx, txSegs, rxSegs);

    private static Burst Burst(uint bytes, uint segs = 1) => new() { BeginKtimeNs = 5, EndKtimeNs = 6, Bytes = bytes, Segments = segs };
}
