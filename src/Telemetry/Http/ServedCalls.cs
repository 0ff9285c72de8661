using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// The server's side of a call: once the headers are parsed, the connection's socket gets the caller's tag, and the request is served
/// under a server span. A request without traceparent is served untraced and untagged.
/// </summary>
public static class ServedCalls
{
    private const string ConnectionKey = "nodebox.tagged_socket";

    /// <param name="app">The listener's pipeline; this must be its first middleware.</param>
    /// <param name="tagSocket">Writes tags into the kernel.</param>
    /// <param name="agentId">The agent that this listener serves, or null: then the span bears the caller's name.</param>
    public static IApplicationBuilder UseServedCalls(this IApplicationBuilder app, TagSocket tagSocket, string? agentId = null) =>
        app.Use((context, next) => ServeAsync(context, next, tagSocket, agentId));

    private static async Task ServeAsync(HttpContext context, RequestDelegate next, TagSocket tagSocket, string? agentId)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (!TraceHeaders.TryExtract(name => headers[name], out ActivityContext caller))
        {
            await next(context);
            return;
        }

        using Activity span = Spans.StartServed($"{context.Request.Method} {context.Request.Path}", caller);
        CarryOn(headers[TraceHeaders.Baggage], span);
        var tag = new Tag(caller.TraceId, caller.SpanId, span.GetBaggageItem(Spans.AgentBaggage));
        SocketOf(context, tagSocket)?.Set(tag);
        if (agentId is not null)
        {
            span.SetBaggage(Spans.AgentBaggage, agentId);
        }

        span.SetTag(SemanticConventions.HttpRequestMethod, context.Request.Method);
        span.SetTag(SemanticConventions.UrlPath, context.Request.Path.Value);
        await RunAsync(context, next, span);
    }

    // A foreign caller may call itself anything. A name that no tag can bear is left out of spans as well, so that both say the same.
    private static void CarryOn(string? baggage, Activity span)
    {
        foreach ((string key, string value) in TraceHeaders.ParseBaggage(baggage))
        {
            if (key != Spans.AgentBaggage || Tag.CanBear(value))
            {
                span.SetBaggage(key, value);
            }
        }
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, Activity span)
    {
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            span.Fail(e.GetType().Name, e.Message);
            throw;
        }

        if (context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            span.Fail("cancelled", "the caller went away");
            return;
        }

        int status = context.Response.StatusCode;
        span.SetTag(SemanticConventions.HttpResponseStatusCode, status);
        if (status >= StatusCodes.Status500InternalServerError && span.Status != ActivityStatusCode.Error)
        {
            span.Fail(status.ToString(CultureInfo.InvariantCulture), "server error");
        }
    }

    private static TaggedSocket? SocketOf(HttpContext context, TagSocket tagSocket)
    {
        if (context.Features.Get<IConnectionItemsFeature>() is not { } connection
            || context.Features.Get<IConnectionSocketFeature>() is not { } transport)
        {
            return null;
        }

        if (connection.Items.TryGetValue(ConnectionKey, out object? known))
        {
            return (TaggedSocket)known!;
        }

        var tagged = new TaggedSocket(transport.Socket, tagSocket);
        connection.Items[ConnectionKey] = tagged;
        return tagged;
    }
}
