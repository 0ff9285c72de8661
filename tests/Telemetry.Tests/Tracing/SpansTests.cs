using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Tracing;

public sealed class SpansTests
{
    [Fact]
    public void The_current_span_is_the_nearest_one_that_is_no_librarys()
    {
        using var framework = new Activity("framework");
        framework.Start();
        Assert.Null(Spans.Current);
        using Activity served = Spans.StartServed("served", new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), default));
        using var library = new Activity("library");
        library.Start();
        Assert.Same(served, Spans.Current);
        Assert.Same(served, Spans.Served);
        using Activity call = Spans.StartCall(CallKind.Tool, "call");
        Assert.Same(call, Spans.Current);
        Assert.Null(Spans.Served);
    }

    [Theory]
    [InlineData(CallKind.Llm, "llm")]
    [InlineData(CallKind.Tool, "tool")]
    [InlineData(CallKind.Agent, "agent")]
    [InlineData(CallKind.Service, "service")]
    [InlineData(CallKind.ToolDiscovery, null)]
    [InlineData(CallKind.AgentDiscovery, null)]
    public void A_call_is_counted_by_its_kind(CallKind kind, string? counted)
    {
        using Activity call = Spans.StartCall(kind, "call");
        Assert.Equal(ActivityKind.Client, call.Kind);
        Assert.Equal(counted, call.GetTagItem(SemanticConventions.Call));
    }

    [Fact]
    public void A_task_has_a_trace_of_its_own_whatever_is_going_on()
    {
        using Activity outer = Spans.StartTask("outer");
        using Activity task = Spans.StartTask("task");
        Assert.NotEqual(outer.TraceId, task.TraceId);
        Assert.Equal(default, task.ParentSpanId);
    }

    [Fact]
    public void A_tag_names_the_call_and_its_agent()
    {
        using Activity task = Spans.StartTask("task");
        using Activity call = Spans.StartCall(CallKind.Tool, "call", "agent-a");
        Assert.Equal(new Tag(task.TraceId, call.SpanId, "agent-a"), Tag.Of(call));
        Assert.Null(Tag.Of(task).AgentId);
    }

    [Theory]
    [InlineData("agent-a", true)]
    [InlineData("an agent whose name has 32 bytes", true)]
    [InlineData("an agent whose name has 33 bytes!", false)]
    [InlineData("ääääääääääääääää", true)]
    [InlineData("äääääääääääääääää", false)]
    [InlineData("", false)]
    [InlineData("agent\0b", false)]
    [InlineData("agent\nb", false)]
    public void A_tag_bears_short_names(string agent, bool fits)
    {
        Assert.Equal(fits, Tag.CanBear(agent));
    }
}
