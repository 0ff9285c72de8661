using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>Streams chat completions from an OpenAI-compatible server, each under its client span.</summary>
/// <param name="http">The task's connections.</param>
/// <param name="server">The server's base URL, without /v1.</param>
/// <param name="agent">The calling agent's name.</param>
/// <param name="key">The server's key, if it wants one.</param>
internal sealed class ChatClient(HttpClient http, Uri server, string agent, LlmKey? key = null)
{
    private const int MaxEventBytes = 1 << 20;
    private const int MaxReplyChars = 4 << 20;
    private const int MaxErrorChars = 1000;

    private readonly Uri _url = new($"{server.AbsoluteUri.TrimEnd('/')}/v1/chat/completions");

    /// <exception cref="LlmException">The server refused, or answered with something else than a complete chat stream.</exception>
    /// <exception cref="HttpRequestException">The server was not reached.</exception>
    public Task<ChatReply> CompleteAsync(ChatRequest request, CancellationToken cancellation) =>
        ClientSpan.RunAsync(CallKind.Llm, $"chat {request.Model}", agent, async span =>
        {
            span.SetTag(SemanticConventions.OperationName, "chat");
            // The conventions name the API's format here when the model's maker is not known.
            span.SetTag(SemanticConventions.ProviderName, "openai");
            span.SetTag(SemanticConventions.RequestModel, request.Model);
            span.SetTag(SemanticConventions.RequestMaxTokens, request.MaxTokens);
            span.SetServer(_url);
            ChatReply reply = await SendAsync(request, cancellation).ConfigureAwait(false);
            span.SetTag(SemanticConventions.ResponseFinishReasons, new[] { reply.FinishReason });
            span.SetTag(SemanticConventions.UsageInputTokens, reply.Usage?.PromptTokens);
            span.SetTag(SemanticConventions.UsageOutputTokens, reply.Usage?.CompletionTokens);
            span.SetTag(SemanticConventions.TimeToFirstTokenMs, reply.TimeToFirstToken.TotalMilliseconds);
            return reply;
        });

    private async Task<ChatReply> SendAsync(ChatRequest request, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _url)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, ChatJson.Default.ChatRequest)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.Accept.ParseAdd("text/event-stream");
        message.Headers.Authorization = key?.Header;

        long sentAt = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await http
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw await RefusalAsync(response, cancellation).ConfigureAwait(false);
        }

        if (response.Content.Headers.ContentType?.MediaType is not "text/event-stream" and var mediaType)
        {
            throw new LlmException($"{_url} answered with {mediaType ?? "no content type"} instead of an event stream");
        }

        return await ReadStreamAsync(response, sentAt, cancellation).ConfigureAwait(false);
    }

    private async Task<ChatReply> ReadStreamAsync(HttpResponseMessage response, long sentAt, CancellationToken cancellation)
    {
        var decoder = new SseDecoder(MaxEventBytes);
        var reply = new ReplyBuilder(MaxReplyChars);
        TimeSpan? firstToken = null;
        bool done = false;
        byte[] buffer = new byte[16 << 10];
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);

        // Read on after [DONE] to the body's end: only then can the connection be used again and be closed without a reset.
        for (int read; (read = await body.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            foreach (byte[] data in decoder.Decode(buffer.AsMemory(0, read)))
            {
                done = done || data.AsSpan().SequenceEqual("[DONE]"u8);
                if (!done)
                {
                    reply.Add(ReadChunk(data));
                    firstToken ??= reply.HasToken ? Stopwatch.GetElapsedTime(sentAt) : null;
                }
            }
        }

        return reply.Build(firstToken ?? Stopwatch.GetElapsedTime(sentAt));
    }

    private ChatChunk ReadChunk(byte[] data)
    {
        try
        {
            if (ErrorMessage(data) is { } error)
            {
                throw new LlmException($"{_url} failed in mid-stream: {error}");
            }

            return JsonSerializer.Deserialize(data, ChatJson.Default.ChatChunk) ?? new ChatChunk();
        }
        catch (JsonException e)
        {
            throw new LlmException($"{_url} streamed an event that is no chat completion chunk: {e.Message}", e);
        }
    }

    private async Task<LlmException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await response.Content.LoadIntoBufferAsync(MaxEventBytes, cancellation).ConfigureAwait(false);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        string? error;
        try
        {
            error = ErrorMessage(body);
        }
        catch (JsonException)
        {
            error = null;
        }

        error ??= Encoding.UTF8.GetString(body);
        return new LlmException($"{_url} answered HTTP {(int)response.StatusCode}: {error[..Math.Min(error.Length, MaxErrorChars)]}");
    }

    // OpenAI sends {"error":{"message":…}}; others send {"error":"…"}.
    private static string? ErrorMessage(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("error", out JsonElement error))
        {
            return null;
        }

        return error.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Object when error.TryGetProperty("message", out JsonElement message) => message.ToString(),
            _ => error.ToString(),
        };
    }
}
