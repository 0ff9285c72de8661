using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Inference;

/// <summary>One request to generate.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt's tokens, from <see cref="Engine.Tokenize"/>; none where <see cref="Text"/> is the prompt.</summary>
    public IReadOnlyList<int> Prompt { get; init; } = [];

    /// <summary>The prompt as text, of which whoever takes the request makes tokens; or null.</summary>
    public IReadOnlyList<PromptPart>? Text { get; init; }

    /// <summary>The most tokens to generate; together with the prompt they must fit the context.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Whether fewer than <see cref="MaxTokens"/> will do where the context has no room for them.</summary>
    public bool FitsContext { get; init; }

    /// <summary>Tokens to generate before the model or a stop text may end the text; at most <see cref="MaxTokens"/>.</summary>
    public int MinTokens { get; init; }

    /// <summary>Whether the model may not end the text at all.</summary>
    public bool IgnoreEnd { get; init; }

    public Sampling Sampling { get; init; } = new();

    /// <summary>GBNF with a rule "root" that the text must follow, or null. Cannot be kept together with a text that may not end.</summary>
    public string? Grammar { get; init; }

    /// <summary>Texts that end the generation; they are not part of the answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How long the request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>This request with tokens for a prompt, and with the most tokens that it may come to.</summary>
    /// <param name="tokenize">Makes tokens of a prompt.</param>
    /// <param name="context">Tokens that prompt and answer may have together.</param>
    public GenerationRequest Resolve(Func<IReadOnlyList<PromptPart>, int[]> tokenize, int context)
    {
        IReadOnlyList<int> prompt = Text is null ? Prompt : tokenize(Text);
        int room = Math.Max(context - prompt.Count, Math.Max(MinTokens, 1));
        return this with { Prompt = prompt, Text = null, MaxTokens = FitsContext ? Math.Min(MaxTokens, room) : MaxTokens };
    }
}

/// <summary>How the next token is drawn.</summary>
/// <param name="Temperature">0 always takes the likeliest token.</param>
/// <param name="TopK">Draw from this many likeliest tokens; 0 means all.</param>
/// <param name="TopP">Draw from the likeliest tokens that together have this probability; 1 means all.</param>
/// <param name="Seed">The same seed, prompt and settings give the same text; null draws a seed.</param>
/// <param name="MinP">Draw from tokens at least this likely compared with the likeliest; 0 means all.</param>
/// <param name="FrequencyPenalty">Taken from a token's logit for each time that it was generated before.</param>
/// <param name="PresencePenalty">Taken once from the logit of a token that was generated before.</param>
public sealed record Sampling(
    float Temperature = 1,
    int TopK = 40,
    float TopP = 1,
    uint? Seed = null,
    float MinP = 0,
    float FrequencyPenalty = 0,
    float PresencePenalty = 0);

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
/// <param name="At">When it was drawn, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</param>
public readonly record struct GeneratedToken(string Text, FinishReason? Finish, long At);
