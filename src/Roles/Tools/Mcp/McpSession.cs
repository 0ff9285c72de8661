using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>One MCP server with its transport: for a session of the earlier revisions, or for a single POST of the later ones.</summary>
internal sealed class McpSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _end = new();
    private readonly McpServer _server;
    private readonly Task _running;
    private int _streamStarted;
    private int _disposed;

    /// <param name="id">The session's id, or null where the server lives for one POST only.</param>
    /// <param name="options">The server's name and tools.</param>
    /// <param name="logs">Where the server logs.</param>
    public McpSession(string? id, McpServerOptions options, ILoggerFactory logs)
    {
        Id = id;
        Ending = _ending.Token;
        Transport = new StreamableHttpServerTransport(logs)
        {
            SessionId = id,
            Stateless = id is null,
            // Each call is handled in its own POST's context, so that Activity.Current there is that call's span.
            FlowExecutionContextFromRequests = true,
        };
        _server = McpServer.Create(Transport, options, logs);
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Run(() => _server.RunAsync(_end.Token));
        }
    }

    public string? Id { get; }

    public StreamableHttpServerTransport Transport { get; }

    /// <summary>Ends the session's stream. The transport itself forgets a stream that begins while it is being disposed.</summary>
    public CancellationToken Ending { get; }

    /// <summary>True once: the transport can serve one GET stream in its life.</summary>
    public bool TryStartStream() => Interlocked.Exchange(ref _streamStarted, 1) == 0;

    /// <summary>Cancels what still runs and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _ending.CancelAsync();
        await Transport.DisposeAsync();
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _end.Dispose();
        _ending.Dispose();
    }
}
