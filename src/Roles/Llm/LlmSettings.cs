namespace NodeBox.Roles.Llm;

/// <summary>Settings of the role "llm": models behind one OpenAI-compatible API.</summary>
public sealed record LlmSettings
{
    /// <summary>Port of the API.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>At least one model, each with a name of its own. The first serves requests that need not name one.</summary>
    public IReadOnlyList<ModelSettings> Models { get; init; } = [new()];

    /// <summary>Largest accepted request body, in bytes. A larger one is refused with 413.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that all request bodies being served may have together. Beyond it requests are refused with 503.</summary>
    public int MaxBufferedBytes { get; init; } = 64 << 20;
}
