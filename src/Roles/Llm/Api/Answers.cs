using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Writes JSON answers, and errors as OpenAI's error object.</summary>
internal static class Answers
{
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
    /// nothing.
    /// </summary>
    public static async Task GuardAsync(HttpContext context, RequestDelegate serve)
    {
        try
        {
            await serve(context);
        }
        catch (ApiException e) when (context.Response.HasStarted)
        {
            await EventStream.WriteAsync(context, e.Body, LlmJson.Default.ErrorBody);
        }
        catch (ApiException e)
        {
            if (e.Status == StatusCodes.Status429TooManyRequests)
            {
                context.Response.Headers.RetryAfter = 1.ToString(CultureInfo.InvariantCulture);
            }

            await WriteAsync(context, e.Status, e.Body, LlmJson.Default.ErrorBody);
        }
        catch (BadHttpRequestException e)
        {
            await WriteAsync(context, e.StatusCode, new ApiException(e.StatusCode, e.Message).Body, LlmJson.Default.ErrorBody);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer.
        }
    }
}
