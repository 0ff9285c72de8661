namespace NodeBox.Llama.Inference;

/// <summary>One request to generate.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt, from <see cref="Engine.Tokenize"/>.</summary>
    public required IReadOnlyList<int> Prompt { get; init; }

    /// <summary>The most tokens to generate; together with the prompt they must fit the context.</summary>
    public required int MaxTokens { get; init; }

    public Sampling Sampling { get; init; } = new();

    /// <summary>GBNF with a rule "root" that the text must follow, or null.</summary>
    public string? Grammar { get; init; }

    /// <summary>Texts that end the generation; they are not part of the answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How long the request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>How the next token is drawn.</summary>
/// <param name="Temperature">0 always takes the likeliest token.</param>
/// <param name="TopK">Draw from this many likeliest tokens; 0 means all.</param>
/// <param name="TopP">Draw from the likeliest tokens that together have this probability; 1 means all.</param>
/// <param name="Seed">The same seed, prompt and settings give the same text; null draws a seed.</param>
public sealed record Sampling(float Temperature = 1, int TopK = 40, float TopP = 1, uint? Seed = null);

public enum FinishReason
{
    /// <summary>The model ended its turn, or a stop text came.</summary>
    Stop,

    /// <summary>The most tokens asked for were generated.</summary>
    Length,
}

/// <summary>One step of a generation.</summary>
/// <param name="Text">
/// What the token adds to the text: whole characters only, so a token may add nothing and a later one the rest.
/// </param>
/// <param name="Finish">Why the generation ended; null on all tokens but the last.</param>
public readonly record struct GeneratedToken(string Text, FinishReason? Finish);
