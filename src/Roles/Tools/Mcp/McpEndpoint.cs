using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// One MCP server over Streamable HTTP at <c>/mcp</c>: with sessions up to revision 2025-11-25, from 2026-07-28 one server per POST. The
/// package's ASP.NET Core half is not used; this is its place.
/// </summary>
internal sealed class McpEndpoint
{
    private const string Path = "/mcp";

    private readonly ToolsSettings _settings;
    private readonly McpServerOptions _options;
    private readonly ILoggerFactory _logs;
    private readonly OriginGuard _origins;
    private readonly McpSessions _sessions;
    private readonly CancellationToken _stopping;

    private McpEndpoint(string name, IReadOnlyList<McpServerTool> tools, ToolsSettings settings, IServiceProvider services)
    {
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        _settings = settings;
        _options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = name, Version = ServerVersion },
            ToolCollection = [.. tools],
        };
        _options.Filters.Message.OutgoingFilters.Add(CallSpan.NoteErrors);
        _logs = services.GetRequiredService<ILoggerFactory>();
        _origins = new OriginGuard(settings.AllowedOrigins);
        TimeProvider clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _sessions = new McpSessions(settings.MaxSessions, settings.SessionIdleTimeout, clock, id => new McpSession(id, _options, _logs));
        _stopping = lifetime.ApplicationStopping;
        lifetime.ApplicationStopped.Register(() => _sessions.DisposeAsync().AsTask().Wait());
    }

    private static string ServerVersion => typeof(McpEndpoint).Assembly.GetName().Version!.ToString(3);

    public static void Map(IEndpointRouteBuilder routes, string name, IReadOnlyList<McpServerTool> tools, ToolsSettings settings)
    {
        var endpoint = new McpEndpoint(name, tools, settings, routes.ServiceProvider);
        routes.MapPost(Path, endpoint.Refusing(endpoint.PostAsync));
        routes.MapGet(Path, endpoint.Refusing(endpoint.GetAsync));
        routes.MapDelete(Path, endpoint.Refusing(endpoint.DeleteAsync));
    }

    private RequestDelegate Refusing(RequestDelegate serve) => async context =>
    {
        try
        {
            _origins.Check(context);
            await serve(context);
        }
        catch (McpRefusedException refusal)
        {
            CallSpan.Failed((int)refusal.Code, refusal.Message);
            await refusal.WriteAsync(context.Response);
        }
        catch (OperationCanceledException)
        {
            // The client went away or its session ended: there is nobody to answer.
        }
    };

    private async Task PostAsync(HttpContext context)
    {
        RequestRules.CheckAccept(context.Request, "application/json", "text/event-stream");
        McpRequest call = await McpRequest.ReadAsync(context.Request, _settings.MaxRequestBytes);
        using Activity? span = CallSpan.Begin(call, name => McpRequest.Header(context.Request, name));
        RequestRules.CheckRevision(call.Revision, call.Id);
        RequestRules.CheckMetadata(call, context.Request);
        RequestParams.Check(call, _options.ToolCollection!.PrimitiveNames);

        if (Revisions.IsSessionless(call.Revision))
        {
            // Leaving disposes the server, which cancels a call whose client closed the response stream, as this revision asks.
            await using var single = new McpSession(null, _options, _logs);
            await AnswerAsync(context, call, single);
            return;
        }

        using McpSessions.Use use = call.SessionId is null ? await OpenAsync(call) : Find(call.SessionId, call.Id);
        context.Response.Headers[McpHeaders.SessionId] = use.Session.Id;
        await AnswerAsync(context, call, use.Session);
    }

    /// <summary>The stream for what the server says unasked. Closing it ends nothing.</summary>
    private async Task GetAsync(HttpContext context)
    {
        RequestRules.CheckAccept(context.Request, "text/event-stream");
        using McpSessions.Use use = Find(context);
        if (!use.Session.TryStartStream())
        {
            throw new McpRefusedException(
                StatusCodes.Status409Conflict, McpErrorCode.InvalidRequest, "the session's stream was opened before");
        }

        BeginEventStream(context.Response);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping, use.Session.Ending);
        try
        {
            await use.Session.Transport.HandleGetRequestAsync(context.Response.Body, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The stream ends with the client's connection, the session or the server.
        }
    }

    private async Task DeleteAsync(HttpContext context)
    {
        using McpSessions.Use use = Find(context);
        await _sessions.CloseAsync(use.Session.Id!);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task<McpSessions.Use> OpenAsync(McpRequest call)
    {
        if (call.Message is not JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            throw McpRefusedException.Invalid($"only initialize may come without {McpHeaders.SessionId}", call.Id);
        }

        return await _sessions.OpenAsync() ?? throw new McpRefusedException(
            StatusCodes.Status503ServiceUnavailable,
            McpErrorCode.InternalError,
            $"all {_settings.MaxSessions} sessions are open: end one with DELETE",
            call.Id);
    }

    private McpSessions.Use Find(HttpContext context)
    {
        string? revision = McpRequest.Header(context.Request, McpHeaders.ProtocolVersion);
        RequestRules.CheckRevision(revision, id: null);
        if (Revisions.IsSessionless(revision))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            throw new McpRefusedException(
                StatusCodes.Status405MethodNotAllowed, McpErrorCode.InvalidRequest, $"revision {revision} has POST only");
        }

        string id = McpRequest.Header(context.Request, McpHeaders.SessionId)
            ?? throw McpRefusedException.Invalid($"the header {McpHeaders.SessionId} is missing");
        return Find(id, call: null);
    }

    private McpSessions.Use Find(string id, JsonNode? call) => _sessions.Find(id) ?? throw new McpRefusedException(
        StatusCodes.Status404NotFound, McpErrorCode.InvalidRequest, "no such session: initialize a new one", call);

    private static async Task AnswerAsync(HttpContext context, McpRequest call, McpSession session)
    {
        HttpResponse response = context.Response;
        BeginEventStream(response);
        bool answered = await session.Transport.HandlePostRequestAsync(call.Message, response.Body, OnStarting, context.RequestAborted);
        if (!answered)
        {
            response.Headers.ContentType = default;
            response.StatusCode = StatusCodes.Status202Accepted;
        }

        ValueTask OnStarting(JsonRpcMessage? first)
        {
            if (first is JsonRpcError { Error: { } error } && Revisions.IsSessionless(call.Revision) && !response.HasStarted)
            {
                response.StatusCode = StatusOf((McpErrorCode)error.Code);
            }

            return ValueTask.CompletedTask;
        }
    }

    // SEP-2575 gives these errors an HTTP status of their own; the others come with 200.
    private static int StatusOf(McpErrorCode code) => code switch
    {
        McpErrorCode.MethodNotFound => StatusCodes.Status404NotFound,
        McpErrorCode.MissingRequiredClientCapability => StatusCodes.Status400BadRequest,
        McpErrorCode.UnsupportedProtocolVersion => StatusCodes.Status400BadRequest,
        McpErrorCode.HeaderMismatch => StatusCodes.Status400BadRequest,
        _ => StatusCodes.Status200OK,
    };

    private static void BeginEventStream(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }
}
