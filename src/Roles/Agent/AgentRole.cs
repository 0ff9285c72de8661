using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodeBox.A2A;
using NodeBox.Telemetry.Http;

namespace NodeBox.Roles.Agent;

/// <summary>
/// The agent roles on a listener of their own: A2A's JSON-RPC at <c>/</c>, the agent card at its well-known path, and <c>/health</c>.
/// </summary>
public static class AgentRole
{
    private const int MaxRequestBytes = 1 << 20;

    /// <summary>Adds the agent's endpoints. <c>UseServedCalls(settings.Name)</c> must come before them.</summary>
    /// <param name="endpoints">The listener's.</param>
    /// <param name="settings">The agent's.</param>
    /// <param name="cut">Takes the boundaries made on the connections that the agent opens.</param>
    /// <returns>The agent; dispose it when the listener has stopped.</returns>
    public static IDisposable Map(IEndpointRouteBuilder endpoints, AgentSettings settings, CutSlice cut)
    {
        var loop = new AgentLoop(settings, cut);
        var dispatcher = new A2ADispatcher(loop.AnswerAsync, loop.Find);
        endpoints.MapPost("/", context => ServeAsync(context, dispatcher));
        endpoints.MapGet(AgentCard.WellKnownPath, context =>
        {
            AgentCard card = AgentCards.Of(settings, $"{context.Request.Scheme}://{context.Request.Host}/");
            return WriteAsync(context, 200, card.ToJson());
        });
        endpoints.MapGet("/health", static context => WriteAsync(context, 200, "{\"status\":\"ok\"}"u8.ToArray()));
        return loop;
    }

    private static async Task ServeAsync(HttpContext context, A2ADispatcher dispatcher)
    {
        A2AReply reply;
        try
        {
            reply = await DispatchAsync(context, dispatcher);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (reply.HttpStatus == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        await WriteAsync(context, reply.HttpStatus, reply.Json);
    }

    private static async Task<A2AReply> DispatchAsync(HttpContext context, A2ADispatcher dispatcher)
    {
        HttpRequest request = context.Request;
        if (!string.IsNullOrEmpty(request.ContentType) && !request.HasJsonContentType())
        {
            return A2ADispatcher.Refuse(A2AErrorCode.ContentTypeNotSupported, $"a request is application/json, not {request.ContentType}");
        }

        try
        {
            return await RequestBody.ReadAsync(context, MaxRequestBytes) is { } body
                ? await dispatcher.DispatchAsync(body, VersionOf(request), context.RequestAborted)
                : A2ADispatcher.Refuse(A2AErrorCode.InvalidRequest, $"a request may have {MaxRequestBytes} bytes");
        }
        catch (BadHttpRequestException e)
        {
            return A2ADispatcher.Refuse(A2AErrorCode.InvalidRequest, e.Message);
        }
    }

    private static string? VersionOf(HttpRequest request) =>
        request.Headers[ProtocolVersion.Parameter] is [{ Length: > 0 } version, ..] ? version : request.Query[ProtocolVersion.Parameter];

    private static async Task WriteAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
