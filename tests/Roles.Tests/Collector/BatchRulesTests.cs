using NodeBox.Roles.Collector;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Tests.Collector;

public sealed class BatchRulesTests
{
    public static TheoryData<Batch, string> Breaches => new()
    {
        { new Batch { Node = "../n1" }, "no node's name" },
        { new Batch { Node = "" }, "no node's name" },
        { Batch(batch => batch.SpoolId = Records.SpanId(1)), "spool_id has 8 bytes" },
        { Batch(batch => batch.Sequence = 0), "sequence 0" },
        { Batch(batch => batch.Sequence = ulong.MaxValue), "sequence 18446744073709551615" },
        { Batch(batch => batch.Spans.Add(new SpanRecord())), "task_id has 0 bytes" },
        { Batch(batch => batch.Spans.Add(With(Records.Span(1), "[1]"))), "no JSON object" },
        { Batch(batch => batch.Spans.Add(With(Records.Span(1), "{}{}"))), "no JSON object" },
        { Batch(batch => batch.Spans.Add(With(Records.Span(1), """{"a":"\ud800"}"""))), "no JSON object" },
        { Batch(batch => batch.Flows.Add(new FlowRecord())), "no flow_id" },
        { Batch(batch => batch.Flows.Add(With(Records.Flow("a", 1, 1), "nothing]"))), "a flow misses a figure" },
        { Batch(batch => batch.Slices.Add(new SliceRecord())), "a slice has no flow_id" },
        { Batch(batch => batch.Slices.Add(With(Records.Slice("a", 1), slice => slice.TaskId = Records.SpanId(1)))), "a slice's task_id" },
        { Batch(batch => batch.Slices.Add(With(Records.Slice("a", 1), slice => slice.SpanId = Records.TaskId(1)))), "a slice's span_id" },
        { Batch(batch => batch.Slices.Add(With(Records.Slice("a", 1), slice => slice.Kind = "LLM"))), "'LLM' is no kind of slice" },
        { Batch(batch => batch.Slices.Add(With(Records.Slice("a", 1), slice => slice.Shape.Missing.Add("a, b")))), "a slice misses a figure" },
        { Batch(batch => batch.Packets.Add(new PacketRecord { Direction = "up" })), "neither tx nor rx" },
        { Batch(batch => batch.Ledgers.Add(new DropLedger { Figures = { "a b" } })), "a ledger's figure" },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public void Says_which_rule_a_batch_breaks(Batch batch, string reason)
    {
        RpcException refused = Assert.Throws<RpcException>(() => BatchRules.Check(batch));
        Assert.Equal(StatusCode.InvalidArgument, refused.Code);
        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public void Passes_figures_that_it_does_not_know() =>
        BatchRules.Check(Batch(batch => batch.Slices.Add(With(Records.Slice("a", 1), slice => slice.Shape.Missing.Add("tx_bursts_divided")))));

    [Fact]
    public void Passes_what_nodes_make() =>
        BatchRules.Check(Batch(batch => batch.Spans.Add(With(Records.Span(1), """{"a":["\ud83d\ude42",{"b":null}]}"""))));

    private static Batch Batch(Action<Batch> change)
    {
        Batch batch = new() { Node = "n1", SpoolId = Records.TaskId(1), Sequence = 1 };
        change(batch);
        return batch;
    }

    private static FlowRecord With(FlowRecord flow, string missing)
    {
        flow.Shape = new TrafficShape { Missing = { missing } };
        return flow;
    }

    private static SliceRecord With(SliceRecord slice, Action<SliceRecord> change)
    {
        change(slice);
        return slice;
    }

    private static SpanRecord With(SpanRecord span, string attributes)
    {
        span.Attributes = attributes;
        return span;
    }
}
