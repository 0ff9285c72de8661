using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>The answer to POST /v1/completions, or one event of it.</summary>
internal sealed record TextCompletion(
    string Id, string Object, long Created, string Model, IReadOnlyList<TextChoice> Choices, Usage? Usage = null);

internal sealed record TextChoice(
    int Index,
    string Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? FinishReason);

/// <summary>The answer to POST /v1/embeddings.</summary>
internal sealed record EmbeddingList(string Object, IReadOnlyList<EmbeddingEntry> Data, string Model, EmbeddingUsage Usage);

/// <param name="Embedding">Numbers, or the base64 of their little-endian bytes.</param>
internal sealed record EmbeddingEntry(string Object, int Index, JsonElement Embedding);

internal sealed record EmbeddingUsage(int PromptTokens, int TotalTokens);

internal sealed record TokenList(int Count, int MaxModelLen, IReadOnlyList<int> Tokens);

/// <summary>The text under vLLM's name and under llama.cpp's.</summary>
internal sealed record TokenText(string Prompt, string Content);

internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);

internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy, int MaxModelLen);

internal sealed record Health(string Status);

/// <summary>The answer to POST /chat.</summary>
internal sealed record PlainChatAnswer(string Output, PlainChatMeta Meta);

internal sealed record PlainChatMeta(
    string RequestId,
    long LatencyMs,
    double QueueWaitS,
    int PromptTokens,
    int CompletionTokens,
    int TotalTokens,
    PlainChatTrace? Otel);

internal sealed record PlainChatTrace(string TraceId, string SpanId);
