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
        { Batch(batch => batch.Slices.Add(new SliceRecord())), "slices are not collected" },
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
    public void Passes_what_nodes_make() =>
        BatchRules.Check(Batch(batch => batch.Spans.Add(With(Records.Span(1), """{"a":["\ud83d\ude42",{"b":null}]}"""))));

    private static Batch Batch(Action<Batch> change)
    {
        Batch batch = new() { Node = "n1", SpoolId = Records.TaskId(1), Sequence = 1 };
        change(batch);
        return batch;
    }

    private static SpanRecord With(SpanRecord span, string attributes)
    {
        span.Attributes = attributes;
        return span;
    }
}
