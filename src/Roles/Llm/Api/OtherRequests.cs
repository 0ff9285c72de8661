using System.Text.Json;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Body of POST /v1/completions.</summary>
internal sealed record CompletionRequest : GenerationFields
{
    /// <summary>A text, or the tokens of one.</summary>
    public JsonElement? Prompt { get; init; }
}

/// <summary>Body of POST /v1/embeddings.</summary>
internal sealed record EmbeddingRequest : RequestFields
{
    /// <summary>A text or its tokens, or a list of either.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>"float" or "base64".</summary>
    public string? EncodingFormat { get; init; }

    public int? Dimensions { get; init; }
}

/// <summary>Body of POST /tokenize: a text under vLLM's name or llama.cpp's, or the messages of a chat.</summary>
internal sealed record TokenizeRequest : RequestFields
{
    public string? Prompt { get; init; }

    public string? Content { get; init; }

    public IReadOnlyList<RequestMessage?>? Messages { get; init; }
}

/// <summary>Body of POST /detokenize.</summary>
internal sealed record DetokenizeRequest : RequestFields
{
    public IReadOnlyList<int>? Tokens { get; init; }
}

/// <summary>
/// Body of POST /chat, which agents of dlamagna/agentic-traffic-testing send to LLM_SERVER_URL. As there, other fields are ignored.
/// </summary>
internal sealed record PlainChatRequest
{
    public string? Prompt { get; init; }

    /// <summary>Another name for <see cref="Prompt"/>.</summary>
    public string? Input { get; init; }

    public string? SystemPrompt { get; init; }

    public int? MaxTokens { get; init; }

    public bool? SkipChatTemplate { get; init; }

    public string? RequestId { get; init; }
}
