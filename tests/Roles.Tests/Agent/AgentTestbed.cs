using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeBox.A2A;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Tests.Tools;
using NodeBox.Roles.Tools;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Tests.Agent;

/// <summary>Agents A and B, the tool servers, a service and an LLM, each on a loopback port of its own.</summary>
internal sealed class AgentTestbed : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly List<IDisposable> _agents = [];

    public required ConstrainedLlm Llm { get; init; }

    public Uri AgentA { get; private set; } = null!;

    /// <summary>The bodies of what the tool server "db" was sent so far.</summary>
    public ConcurrentQueue<JsonElement> ToDb { get; } = new();

    /// <summary>The connections on which the tool server "db" was asked.</summary>
    public ConcurrentDictionary<string, bool> DbConnections { get; } = new();

    /// <param name="serveLlm">Replaces the LLM's answers where it returns true.</param>
    /// <param name="change">Changes agent-a's settings.</param>
    /// <param name="llm">Another LLM for both agents.</param>
    public static async Task<AgentTestbed> StartAsync(
        Func<JsonElement, HttpContext, Task<bool>>? serveLlm = null, Func<AgentSettings, AgentSettings>? change = null, Uri? llm = null)
    {
        var testbed = new AgentTestbed { Llm = await ConstrainedLlm.StartAsync(serveLlm) };
        LoopbackListener db = await testbed.AddAsync(app =>
        {
            app.Use(testbed.RecordAsync);
            ToolsRole.MapDb(app, new ToolsSettings());
        });
        LoopbackListener synthetic = await testbed.AddAsync(app => ToolsRole.MapSynthetic(app, new ToolsSettings()));
        LoopbackListener gateway = await testbed.AddAsync(static app => app.MapPost("/", EchoAsync));
        var settings = new AgentSettings
        {
            Name = "agent-b",
            Port = 0,
            Prompt = "You are an agent.",
            LlmUrl = llm ?? testbed.Llm.Url,
            Model = "testbed",
            ToolServers = new Dictionary<string, Uri> { ["db"] = db.Mcp, ["synthetic"] = synthetic.Mcp },
            Services = new Dictionary<string, Uri> { ["gateway"] = gateway.Url },
        };
        LoopbackListener b = await testbed.AddAgentAsync(settings);
        AgentSettings forA = settings with { Name = "agent-a", Peers = new Dictionary<string, Uri> { ["agent-b"] = b.Url } };
        LoopbackListener a = await testbed.AddAgentAsync(change?.Invoke(forA) ?? forA);
        testbed.AgentA = a.Url;
        return testbed;
    }

    /// <summary>Sends a message to agent-a as the driver does: over connections of its own and under a span, in a new task.</summary>
    public async Task<(AgentTask Answer, ActivityTraceId TaskId, ActivitySpanId Call)> AskAsync(
        TaskPlan? plan, CancellationToken cancellation = default, string? connections = null, string? backends = null)
    {
        using var ownConnections = new TaskConnections(static (_, in _, _) => { });
        using Activity task = Spans.StartTask("task");
        if (connections is not null)
        {
            task.SetBaggage(CallConnections.Baggage, connections);
        }

        if (backends is not null)
        {
            Backends.Choose(task, backends);
        }

        using Activity call = Spans.StartCall(CallKind.Agent, "invoke_agent agent-a");
        SendMessageResponse response = await new A2AClient(ownConnections.Http).SendMessageAsync(AgentA, new SendMessageRequest(Message.FromUser("Where is order 1007?", plan)), cancellation);
        return (response.Task!, task.TraceId, call.SpanId);
    }

    public static JsonElement Arguments(string json) => JsonSerializer.Deserialize<JsonElement>(json);

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        _agents.ForEach(static agent => agent.Dispose());
        await Llm.DisposeAsync();
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.StatusCode = body.Length > 20 ? 500 : 200;
        await context.Response.Body.WriteAsync(body.ToArray());
    }

    private async Task RecordAsync(HttpContext context, RequestDelegate next)
    {
        DbConnections[context.Connection.Id] = true;
        context.Request.EnableBuffering();
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body);
        ToDb.Enqueue(body.RootElement.Clone());
        context.Request.Body.Position = 0;
        await next(context);
    }

    private Task<LoopbackListener> AddAgentAsync(AgentSettings settings) =>
        AddAsync(app => _agents.Add(AgentRole.Map(app, settings, static (_, in _, _) => { })), settings.Name);

    private async Task<LoopbackListener> AddAsync(Action<WebApplication> map, string? agent = null)
    {
        LoopbackListener listener = await LoopbackListener.StartAsync(map, agent: agent);
        _parts.Add(listener);
        return listener;
    }
}
