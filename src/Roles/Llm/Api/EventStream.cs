using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Server-sent events, each flushed by itself, so that one token is one write to the connection.</summary>
internal static class EventStream
{
    public static void Begin(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
    }

    public static Task WriteAsync<T>(HttpContext context, T data, JsonTypeInfo<T> type) =>
        WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(data, type));

    public static Task EndAsync(HttpContext context) => WriteAsync(context, "[DONE]"u8.ToArray());

    private static async Task WriteAsync(HttpContext context, byte[] data)
    {
        byte[] message = [.. "data: "u8, .. data, .. "\n\n"u8];
        await context.Response.Body.WriteAsync(message, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
