using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// The server's side of a call: once the headers are parsed, the connection's next slice begins with the caller's tag, and the request is
/// served under a server span. A request without traceparent is served untraced, and its slice is nobody's.
/// </summary>
public static class ServedCalls
{
    private static int s_inProgress;

    /// <summary>How many traced requests this process is serving now.</summary>
    public static int InProgress => Volatile.Read(ref s_inProgress);

    /// <param name="app">
    /// The pipeline of a listener that <see cref="SlicedListener.UseSlices"/> slices; this must be its first middleware.
    /// </param>
    /// <param name="agentId">The agent that this listener serves, or null: then the span bears the caller's name.</param>
    public static IApplicationBuilder UseServedCalls(this IApplicationBuilder app, string? agentId = null) =>
        app.Use((context, next) => ServeAsync(context, next, agentId));

    private static async Task ServeAsync(HttpContext context, RequestDelegate next, string? agentId)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (!TraceHeaders.TryExtract(name => headers[name], out ActivityContext caller))
        {
            await SliceAsync(context, tag: null, () => next(context));
            return;
        }

        Interlocked.Increment(ref s_inProgress);
        try
        {
            await ServeTracedAsync(context, next, caller, agentId);
        }
        finally
        {
            Interlocked.Decrement(ref s_inProgress);
        }
    }

    private static async Task ServeTracedAsync(HttpContext context, RequestDelegate next, ActivityContext caller, string? agentId)
    {
        IHeaderDictionary headers = context.Request.Headers;
        using Activity span = Spans.StartServed($"{context.Request.Method} {context.Request.Path}", caller);
        CarryOn(headers[TraceHeaders.Baggage], span);
        var tag = new Tag(caller.TraceId, caller.SpanId, span.GetBaggageItem(Spans.AgentBaggage));
        if (agentId is not null)
        {
            span.SetBaggage(Spans.AgentBaggage, agentId);
        }

        span.SetTag(SemanticConventions.HttpRequestMethod, context.Request.Method);
        span.SetTag(SemanticConventions.UrlPath, context.Request.Path.Value);
        await SliceAsync(context, tag, () => RunAsync(context, next, span));
    }

    private static async Task SliceAsync(HttpContext context, Tag? tag, Func<Task> serve)
    {
        SlicedConnection? connection = SlicedListener.ConnectionOf(context);
        connection?.Begin(context, tag);
        bool isFailed = true;
        try
        {
            await serve();
            isFailed = false;
        }
        finally
        {
            await (connection?.EndAsync(context, isFailed) ?? Task.CompletedTask);
        }
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
}
