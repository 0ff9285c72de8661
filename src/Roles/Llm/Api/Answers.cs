using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using NodeBox.Roles.Llm.Metrics;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Writes JSON answers, and errors as OpenAI's error object.</summary>
/// <param name="metrics">What counts answers and refusals.</param>
/// <param name="deadline">How long a request may take.</param>
internal sealed class Answers(LlmMetrics metrics, TimeSpan deadline)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    public static async Task WriteAsync<T>(HttpContext context, int status, T body, JsonTypeInfo<T> type)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(body, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>
    /// Serves a request; a refusal becomes an error answer, or an error event where a stream has begun. A client that went away gets
    /// nothing, and one that does not take its answer loses the connection soon after the deadline.
    /// </summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate serve)
    {
        using var limit = new CancellationTokenSource(deadline + s_grace);
        await using CancellationTokenRegistration aborting = limit.Token.Register(context.Abort);
        try
        {
            await ServeAsync(context, serve);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer. The status is nginx's for a request that its client closed.
            metrics.Requests.Add(ModelOf(context), "499");
        }
    }

    private async Task ServeAsync(HttpContext context, RequestDelegate serve)
    {
        try
        {
            await serve(context);
            metrics.Requests.Add(ModelOf(context), Text(context.Response.StatusCode));
        }
        catch (ApiException e)
        {
            await RefuseAsync(context, e);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, new ApiException(e.StatusCode, e.Message));
        }
    }

    private async Task RefuseAsync(HttpContext context, ApiException e)
    {
        if (context.Response.HasStarted)
        {
            await EventStream.WriteAsync(context, e.Body, LlmJson.Default.ErrorBody);
        }
        else
        {
            context.Response.Headers.RetryAfter = e.RetryAfter is { } wait ? Text((int)wait.TotalSeconds) : default;
            await WriteAsync(context, e.Status, e.Body, LlmJson.Default.ErrorBody);
        }

        metrics.Rejections.Add(ModelOf(context), e.Code);
        metrics.Requests.Add(ModelOf(context), Text(e.Status));
    }

    /// <summary>The model that the request has chosen; none where it was refused before.</summary>
    private static string ModelOf(HttpContext context) => context.Features.Get<Inference>()?.Name ?? "";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
