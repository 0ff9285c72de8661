using System.Diagnostics;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Tracing;

public sealed class SpanRecorderTests
{
    [Fact]
    public void Records_the_task_the_parents_and_the_kinds()
    {
        using var recorded = new RecordedSpans();
        Activity task = Spans.StartTask("task t0001");
        Activity call = Spans.StartCall(CallKind.Agent, "invoke_agent agent-b", "agent-a");
        Activity served = Spans.StartServed("POST /", call.Context);
        served.Dispose();
        call.Dispose();
        task.Dispose();

        IReadOnlyList<SpanRecord> records = recorded.Of(task.TraceId);
        Assert.Equal(["server", "client", "internal"], records.Select(record => record.Kind));
        Assert.Equal(["POST /", "invoke_agent agent-b", "task t0001"], records.Select(record => record.Name));
        Assert.Equal(
            [call.SpanId.ToHexString(), task.SpanId.ToHexString(), ""],
            records.Select(record => record.HasParentSpanId ? RecordedSpans.Hex(record.ParentSpanId) : ""));
        Assert.Equal(3, records.Select(record => RecordedSpans.Hex(record.SpanId)).Distinct().Count());
    }

    [Fact]
    public void Times_are_those_of_the_nodes_clock_and_nest()
    {
        using var recorded = new RecordedSpans();
        long before = NodeClock.NowNs();
        Activity task = Spans.StartTask("task");
        Activity call = Spans.StartCall(CallKind.Tool, "call");
        call.Dispose();
        task.Dispose();
        long after = NodeClock.NowNs();

        IReadOnlyList<SpanRecord> records = recorded.Of(task.TraceId);
        long[] times = [before, records[1].BeginNs, records[0].BeginNs, records[0].EndNs, records[1].EndNs, after];
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public void The_agent_is_the_one_nearest_to_the_span()
    {
        using var recorded = new RecordedSpans();
        Activity task = Spans.StartTask("task");
        Activity call = Spans.StartCall(CallKind.Agent, "call", "agent-a");
        Spans.StartCall(CallKind.Llm, "inner").Dispose();
        Spans.StartCall(CallKind.Llm, "other", "agent-b").Dispose();
        call.Dispose();
        task.Dispose();

        IReadOnlyList<SpanRecord> records = recorded.Of(task.TraceId);
        Assert.Equal(["agent-a", "agent-b", "agent-a", null], records.Select(record => record.HasAgentId ? record.AgentId : null));
    }

    [Fact]
    public void Attributes_are_JSON_of_their_types()
    {
        using var recorded = new RecordedSpans();
        Activity span = Spans.StartTask("task");
        span.SetTag("text", "ä\"\n\u0001");
        span.SetTag("whole", 7);
        span.SetTag("long", 1L << 40);
        span.SetTag("fraction", 1.5);
        span.SetTag("truth", true);
        span.SetTag("list", new[] { "a", "b" });
        span.SetTag("nothing", null);
        span.SetTag("not_a_number", double.NaN);
        span.SetTag("half_a_pair", "\uD800");
        span.SetTag("other", new Uri("http://n3:8000/"));
        span.SetTag(SemanticConventions.OperationName, "chat");
        span.Dispose();

        SpanRecord record = Assert.Single(recorded.Of(span.TraceId));
        Assert.Equal("ok", record.Status);
        Assert.Equal("chat", record.GenAiOperation);
        string[] attributes =
        [
            .. RecordedSpans.Attributes(record).EnumerateObject()
                .Select(member => $"{member.Name} {member.Value.ValueKind} {member.Value}"),
        ];
        string[] expected =
        [
            "text String ä\"\n\u0001", "whole Number 7", "long Number 1099511627776", "fraction Number 1.5", "truth True True",
            "list Array [\"a\",\"b\"]", "not_a_number String NaN", "half_a_pair String \uFFFD", "other String http://n3:8000/",
            "gen_ai.operation.name String chat",
        ];
        Assert.Equal(expected, attributes);
    }

    [Fact]
    public void A_failed_span_says_why()
    {
        using var recorded = new RecordedSpans();
        Activity span = Spans.StartTask("task");
        span.Fail("timeout", "no answer within 30 s");
        span.Dispose();

        SpanRecord record = Assert.Single(recorded.Of(span.TraceId));
        Assert.Equal("error", record.Status);
        Assert.Equal("timeout", RecordedSpans.Attributes(record).GetProperty("error.type").GetString());
        Assert.Equal("no answer within 30 s", RecordedSpans.Attributes(record).GetProperty("otel.status_description").GetString());
    }

    [Fact]
    public void Records_nothing_once_it_is_disposed()
    {
        var recorded = new RecordedSpans();
        Activity span = Spans.StartTask("task");
        recorded.Dispose();
        span.Dispose();
        Assert.Empty(recorded.Of(span.TraceId));
    }
}
