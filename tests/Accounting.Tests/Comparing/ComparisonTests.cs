using NodeBox.Accounting.Tests.Samples;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Comparing;

/// <summary>A record that differs from the capture in anything is found out.</summary>
public sealed class ComparisonTests
{
    private static readonly EndTruth s_end = new Conversation(serverPort: 8000)
        .Send(Conversation.Get(7, 1)).Again(fromClient: true).Answer(Conversation.Ok(10)).Send(Conversation.Get(8, 2)).Answer(Conversation.Ok(5))
        .TruthAt(Conversation.Client);

    private static readonly RecordedFlow s_recorded = new(
        "f",
        s_end.Node,
        IsActive: true,
        s_end.Local,
        s_end.Remote,
        s_end.Connection.BeginNs,
        IsClosed: true,
        s_end.Total,
        [
            new RecordedSlice(0, s_end.Slices[0].Exchange.TaskId, null, "connection", default, SegsExact: true, Shared: false, Missing: ""),
            .. s_end.Slices.Select(static slice => new RecordedSlice(
                slice.Exchange.Index + 1,
                slice.Exchange.TaskId,
                slice.Exchange.SpanId,
                "llm",
                slice.Traffic,
                SegsExact: true,
                Shared: false,
                Missing: "")),
        ],
        new Dictionary<long, long> { [1] = 1 });

    private static readonly (string Difference, Func<RecordedSlice, RecordedSlice> Change)[] s_changes =
    [
        ("task: captured", static slice => slice with { TaskId = new string('0', 32) }),
        ("task: captured", static slice => slice with { TaskId = null }),
        ("captured exchanges of", static slice => slice with { SpanId = new string('0', 16) }),
        ("captured exchanges of", static slice => slice with { SpanId = null }),
        ("number: captured 2, recorded 3", static slice => slice with { Number = 3 }),
        ("kind: captured llm, recorded tool", static slice => slice with { Kind = "tool" }),
        ("shared: captured False, recorded True", static slice => slice with { Shared = true }),
        ("missing: captured , recorded cuts", static slice => slice with { Missing = "rtt,cuts" }),
        ("tx_bytes", static slice => slice with { Traffic = slice.Traffic with { TxBytes = slice.Traffic.TxBytes + 1 } }),
        ("rx_bytes", static slice => slice with { Traffic = slice.Traffic with { RxBytes = slice.Traffic.RxBytes - 1 } }),
        ("tx_segs", static slice => slice with { Traffic = slice.Traffic with { TxSegs = 0 } }),
        ("rx_segs", static slice => slice with { Traffic = slice.Traffic with { RxSegs = 2 } }),
        ("retrans_segs", static slice => slice with { Traffic = slice.Traffic with { RetransSegs = 1 } }),
        ("retrans_bytes", static slice => slice with { Traffic = slice.Traffic with { RetransBytes = 1 } }),
        ("retrans_segs", static slice => slice with { SegsExact = false, Traffic = slice.Traffic with { RetransSegs = 1 } }),
    ];

    [Fact]
    public void What_is_equal_is_equal()
    {
        Comparison comparison = Compare(s_recorded);
        comparison.AssertExact(leastSlices: 2);
        Assert.Equal((1, 2, 0, 1), (comparison.Ends, comparison.Slices, comparison.Inexact, comparison.Retransmitting));
    }

    [Fact]
    public void Segments_that_are_said_to_be_inexact_may_differ_and_are_counted()
    {
        RecordedFlow inexact = WithSlice(2, static slice => slice with { SegsExact = false, Traffic = slice.Traffic with { TxSegs = 9, RxSegs = 9 } });
        Comparison comparison = Compare(inexact);
        comparison.AssertExact(leastSlices: 2);
        Assert.Equal(1, comparison.Inexact);
    }

    [Fact]
    public void With_offload_only_bytes_matter()
    {
        RecordedFlow others = WithSlice(1, static slice => slice with { Traffic = slice.Traffic with { TxSegs = 9, RxSegs = 9, RetransSegs = 9 } });
        Assert.Empty(Comparison.Of([s_end], [others], Exactness.Bytes).Differences);
        RecordedFlow more = WithSlice(1, static slice => slice with { Traffic = slice.Traffic with { TxBytes = 9 } });
        Assert.Single(Comparison.Of([s_end], [more], Exactness.Bytes).Differences);
    }

    [Fact]
    public void Each_figure_of_a_slice_matters() =>
        Assert.All(s_changes, static changed => AssertOne(changed.Difference, Compare(WithSlice(2, changed.Change))));

    [Fact]
    public void Retransmissions_that_slices_lack_must_be_said_to_be_missing()
    {
        Func<RecordedSlice, RecordedSlice> lacks = static slice => slice with { Traffic = slice.Traffic with { RetransSegs = 0, RetransBytes = 0 } };
        RecordedFlow unsaid = WithSlice(1, lacks) with { Retransmits = new Dictionary<long, long>() };
        Assert.Equal((3, 0), (Compare(unsaid).Differences.Count, Compare(unsaid).Unreported));

        // The flow does not know which of its slices it was.
        RecordedFlow said = unsaid with { Slices = [.. unsaid.Slices.Select(static slice => slice with { Missing = "retransmits" })] };
        Compare(said).AssertExact(leastSlices: 2);
        Assert.Equal(1, Compare(said).Unreported);
        AssertOne("segs in retransmits", Compare(said with { Retransmits = s_recorded.Retransmits }));
        AssertOne("retrans_segs", Compare(said with { Slices = [.. said.Slices.Take(2), s_changes[^1].Change(said.Slices[2])] }));
    }

    [Fact]
    public void Nothing_is_missing_where_a_flows_slices_have_all_its_retransmissions() =>
        AssertOne("missing: captured , recorded retransmits", Compare(WithSlice(1, static slice => slice with { Missing = "retransmits" })));

    [Fact]
    public void Slices_too_many_and_too_few_are_found()
    {
        AssertOne("captured exchanges of", Compare(s_recorded with { Slices = [.. s_recorded.Slices.Take(2)] }));
        AssertOne("captured exchanges of", Compare(s_recorded with { Slices = [.. s_recorded.Slices, s_recorded.Slices[2] with { Number = 3 }] }));
        AssertOne("0 slices of the connection itself", Compare(s_recorded with { Slices = [.. s_recorded.Slices.Skip(1)] }));
    }

    [Fact]
    public void The_connections_own_slice_and_the_flow_matter()
    {
        AssertOne("slice 0: tx_bytes", Compare(WithSlice(0, static slice => slice with { Traffic = new Traffic(1, 0, 0, 0, 0, 0) })));
        AssertOne("kind of slice 0", Compare(WithSlice(0, static slice => slice with { Kind = "llm" })));
        AssertOne("slice 0 has a task", Compare(WithSlice(0, static slice => slice with { TaskId = null })));
        AssertOne("flow: rx_bytes", Compare(s_recorded with { Traffic = s_recorded.Traffic with { RxBytes = 0 } }));
        AssertOne("segs in retransmits", Compare(s_recorded with { Retransmits = new Dictionary<long, long> { [1] = 2 } }));
    }

    [Fact]
    public void Flows_that_are_missing_or_that_nobody_captured_are_found()
    {
        AssertOne("no flow", Comparison.Of([s_end], [], Exactness.Full));
        AssertOne("no traced request was captured there", Comparison.Of([], [s_recorded], Exactness.Full));
    }

    private static Comparison Compare(RecordedFlow recorded) => Comparison.Of([s_end], [recorded], Exactness.Full);

    private static void AssertOne(string difference, Comparison comparison)
    {
        Assert.Contains(difference, Assert.Single(comparison.Differences));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => comparison.AssertExact(leastSlices: 0));
    }

    private static RecordedFlow WithSlice(int at, Func<RecordedSlice, RecordedSlice> change) =>
        s_recorded with { Slices = [.. s_recorded.Slices.Select((slice, i) => i == at ? change(slice) : slice)] };
}
