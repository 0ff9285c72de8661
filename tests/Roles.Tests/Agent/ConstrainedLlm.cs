using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NodeBox.Roles.Tests.Tools;

namespace NodeBox.Roles.Tests.Agent;

/// <summary>
/// An OpenAI-compatible server without a model. Like a model under a grammar it answers a forced call with the only arguments that the
/// function's schema allows; otherwise it says <see cref="Answer"/>. Streams arrive in pieces that respect no boundary.
/// </summary>
internal sealed class ConstrainedLlm : IAsyncDisposable
{
    public const string Answer = "Die Bestellung läuft. ✓";

    private readonly LoopbackListener _listener;

    private ConstrainedLlm(LoopbackListener listener, ConcurrentQueue<JsonElement> requests, ConcurrentQueue<string> traceParents)
    {
        _listener = listener;
        Requests = requests;
        TraceParents = traceParents;
    }

    public Uri Url => _listener.Url;

    /// <summary>The bodies of all requests so far.</summary>
    public ConcurrentQueue<JsonElement> Requests { get; }

    /// <summary>The traceparent headers of all requests so far.</summary>
    public ConcurrentQueue<string> TraceParents { get; }

    /// <param name="serve">Serves instead where it returns true.</param>
    public static async Task<ConstrainedLlm> StartAsync(Func<JsonElement, HttpContext, Task<bool>>? serve = null)
    {
        var requests = new ConcurrentQueue<JsonElement>();
        var traceParents = new ConcurrentQueue<string>();
        LoopbackListener listener = await LoopbackListener.StartAsync(app => app.MapPost("/v1/chat/completions", async context =>
        {
            using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            JsonElement request = body.RootElement.Clone();
            requests.Enqueue(request);
            traceParents.Enqueue(context.Request.Headers.TraceParent.ToString());
            if (serve is null || !await serve(request, context))
            {
                await StreamAsync(context, Events(request));
            }
        }));
        return new ConstrainedLlm(listener, requests, traceParents);
    }

    public static async Task StreamAsync(HttpContext context, IEnumerable<string> events, int pieceBytes = 7)
    {
        context.Response.ContentType = "text/event-stream";
        byte[] stream = Encoding.UTF8.GetBytes(string.Concat(events.Select(static data => $": ping\r\ndata: {data}\r\n\r\n")) + "data: [DONE]\n\n");
        foreach (byte[] piece in stream.Chunk(pieceBytes))
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private static IEnumerable<string> Events(JsonElement request)
    {
        if (ForcedFunction(request) is { } forced)
        {
            string arguments = Only(forced.GetProperty("parameters"))!.ToJsonString();
            return CallEvents(forced.GetProperty("name").GetString()!, arguments);
        }

        IEnumerable<string> words = Answer.Split(' ').Select(static (word, i) => i == 0 ? word : " " + word);
        return [.. words.Select(static word => Chunk(new JsonObject { ["content"] = word })), Chunk([], "stop"), Usage];
    }

    public static IEnumerable<string> CallEvents(string name, string arguments, string finish = "tool_calls")
    {
        yield return Chunk(new JsonObject { ["role"] = "assistant", ["content"] = null });
        yield return Chunk(CallDelta(new JsonObject { ["name"] = name, ["arguments"] = "" }, "call_x"));
        foreach (char[] piece in arguments.Chunk(3))
        {
            yield return Chunk(CallDelta(new JsonObject { ["arguments"] = new string(piece) }, null));
        }

        yield return Chunk([], finish);
        yield return Usage;
    }

    private static string Usage => """{"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":11,"completion_tokens":5,"total_tokens":16}}""";

    private static JsonElement? ForcedFunction(JsonElement request)
    {
        if (!request.TryGetProperty("tool_choice", out JsonElement choice) || choice.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? name = choice.GetProperty("function").GetProperty("name").GetString();
        return request.GetProperty("tools").EnumerateArray().Select(static tool => tool.GetProperty("function")).Single(function => function.GetProperty("name").GetString() == name);
    }

    // The one value that a narrowed schema allows.
    private static JsonNode? Only(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out JsonElement constant))
        {
            return JsonNode.Parse(constant.GetRawText());
        }

        var value = new JsonObject();
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            value[property.Name] = Only(property.Value);
        }

        return value;
    }

    private static JsonObject CallDelta(JsonObject function, string? id)
    {
        var call = new JsonObject { ["index"] = 0, ["function"] = function };
        if (id is not null)
        {
            call["id"] = id;
            call["type"] = "function";
        }

        return new JsonObject { ["tool_calls"] = new JsonArray(call) };
    }

    private static string Chunk(JsonObject delta, string? finish = null) => new JsonObject
    {
        ["object"] = "chat.completion.chunk",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    }.ToJsonString();
}
