namespace NodeBox.Roles.Llm;

/// <summary>Settings of the role "llm": one model behind an OpenAI-compatible API.</summary>
public sealed record LlmSettings
{
    /// <summary>Port of the API.</summary>
    public int Port { get; init; } = 8000;

    /// <summary>A GGUF file.</summary>
    public string Model { get; init; } = "testbed.gguf";

    /// <summary>The model's name in the API: the field "model" of every request must be it.</summary>
    public string Name { get; init; } = "testbed";

    /// <summary>Tokens that a prompt and its answer may have together.</summary>
    public int Context { get; init; } = 8192;

    /// <summary>Threads that compute; 0 chooses, 1 for a tiny model.</summary>
    public int Threads { get; init; }

    /// <summary>Requests that may wait while one is served. One more is refused with 429.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>Tokens of an answer whose request does not say how many.</summary>
    public int MaxTokensDefault { get; init; } = 512;

    /// <summary>"auto" or "cpu". Both mean the processor: this version has no other device.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>How long a request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Largest accepted request body, in bytes. A larger one is refused with 413.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;
}
