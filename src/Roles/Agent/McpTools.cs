using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>The MCP host of one task: its clients to the tool servers that the task needs.</summary>
internal sealed class McpTools : IAsyncDisposable
{
    // Servers may hold on to a session that nobody closes, but a server that does not answer must not hold on to the task.
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(1);

    private readonly AgentSettings _settings;
    private readonly HttpClient _http;
    private readonly Dictionary<string, McpClient> _servers = [];

    public McpTools(AgentSettings settings, TaskConnections connections)
    {
        _settings = settings;
        _http = new HttpClient(new WholeResponseHandler(connections.Handler)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Connects to <paramref name="server"/> and returns its tools as functions.</summary>
    /// <exception cref="TaskFailedException">The agent has no such server.</exception>
    public async Task<IEnumerable<AgentFunction>> ConnectAsync(string server, CancellationToken cancellation)
    {
        if (!_settings.ToolServers.TryGetValue(server, out Uri? url))
        {
            string known = string.Join(", ", _settings.ToolServers.Keys);
            throw new TaskFailedException($"{_settings.Name} has no tool server \"{server}\"; it has: {known}");
        }

        McpClient client = await InitializeAsync(server, url, cancellation).ConfigureAwait(false);
        _servers.Add(server, client);
        IList<McpClientTool> tools = await ClientSpan.RunAsync(CallKind.ToolDiscovery, "tools/list", _settings.Name, async span =>
        {
            Describe(span, "tools/list", client, url);
            return await client.ListToolsAsync(cancellationToken: cancellation).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return tools.Select(tool => FunctionOf(server, url, client, tool.ProtocolTool));
    }

    /// <summary>Ends the sessions, where the protocol's revision has them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (McpClient client in _servers.Values)
        {
            await CloseAsync(client).ConfigureAwait(false);
        }

        _http.Dispose();
    }

    private async Task<McpClient> InitializeAsync(string server, Uri url, CancellationToken cancellation) =>
        await ClientSpan.RunAsync(CallKind.ToolDiscovery, "initialize", _settings.Name, async span =>
        {
            var transport = new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = url,
                    Name = server,
                    TransportMode = HttpTransportMode.StreamableHttp,
                    // A stream for messages nobody asked for would be a flow of its own, and these agents want none.
                    EnableStandaloneGetStream = false,
                    MaxReconnectionAttempts = 0,
                },
                _http,
                ownsHttpClient: false);
            var options = new McpClientOptions { ClientInfo = new Implementation { Name = _settings.Name, Version = "1.0" } };
            McpClient client = await McpClient.CreateAsync(transport, options, cancellationToken: cancellation).ConfigureAwait(false);
            // The client finds out by trying whether the server has sessions to initialize.
            span.DisplayName = client.SessionId is null ? "server/discover" : "initialize";
            Describe(span, span.DisplayName, client, url);
            return client;
        }).ConfigureAwait(false);

    private AgentFunction FunctionOf(string server, Uri url, McpClient client, Tool tool)
    {
        var offer = new OfferedFunction(FunctionNames.Of($"{server}.{tool.Name}"), tool.Description, tool.InputSchema);
        TaskStep StepOf(JsonElement arguments) => new(Tool: $"{server}.{tool.Name}", Arguments: arguments);
        return new AgentFunction(offer, StepOf, (decision, callId, cancellation) =>
            ClientSpan.RunAsync(CallKind.Tool, $"execute_tool {tool.Name}", _settings.Name, span =>
            {
                Describe(span, "tools/call", client, url);
                span.SetTag(SemanticConventions.OperationName, "execute_tool");
                span.SetTag(SemanticConventions.ToolName, tool.Name);
                span.SetTag(SemanticConventions.ToolCallId, callId);
                return CallAsync(span, client, tool.Name, decision.Arguments, cancellation);
            }));
    }

    private static async Task<FunctionResult> CallAsync(
        Activity span, McpClient client, string tool, JsonElement arguments, CancellationToken cancellation)
    {
        var meta = new JsonObject();
        TraceHeaders.Inject(span, (name, value) => meta[name] = value);
        var call = new CallToolRequestParams
        {
            Name = tool,
            Arguments = arguments.EnumerateObject().ToDictionary(static argument => argument.Name, static argument => argument.Value),
            Meta = meta,
        };
        CallToolResult result = await client.CallToolAsync(call, cancellation).ConfigureAwait(false);
        string text = string.Join(
            '\n', result.Content.Select(static block => block is TextContentBlock said ? said.Text : $"[{block.Type}]"));
        if (result.IsError != true)
        {
            return new FunctionResult(text);
        }

        span.Fail("tool_error", text);
        return new FunctionResult($"error: {text}");
    }

    private async Task CloseAsync(McpClient client)
    {
        if (client.SessionId is null)
        {
            await client.DisposeAsync().ConfigureAwait(false);
            return;
        }

        using Activity span = Spans.StartCall(CallKind.ToolDiscovery, "close session", _settings.Name);
        try
        {
            await client.DisposeAsync().AsTask().WaitAsync(s_closeTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            span.Fail("timeout", e.Message);
        }
    }

    private static void Describe(Activity span, string method, McpClient client, Uri url)
    {
        span.SetTag(SemanticConventions.McpMethodName, method);
        span.SetTag(SemanticConventions.McpProtocolVersion, client.NegotiatedProtocolVersion);
        span.SetTag(SemanticConventions.McpSessionId, client.SessionId);
        span.SetServer(url);
    }
}
