using System.Diagnostics;
using System.Threading.Channels;
using NodeBox.Llama;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// A request that an engine has accepted. The engine writes its tokens, one reader takes them; the reader never holds up the engine, and
/// what it has not taken is bounded by the tokens asked for.
/// </summary>
internal sealed class RunningGeneration(GenerationRequest request)
{
    private readonly Channel<GeneratedToken> _tokens =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true });

    private readonly long _submittedAt = Stopwatch.GetTimestamp();
    private TimeSpan? _queueWait;

    /// <summary>What was asked for.</summary>
    public GenerationRequest Request { get; } = request;

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; private set; }

    /// <summary>The most tokens that it may come to.</summary>
    public int MaxTokens { get; private set; }

    /// <summary>Tokens of the prompt that were in the KV cache already; known once the first token has come.</summary>
    public int CachedTokens { get; private set; }

    /// <summary>Tokens generated so far, the one that ended the turn included.</summary>
    public int CompletionTokens { get; private set; }

    /// <summary>How long it waited for a slot; before its first token, how long it has taken so far.</summary>
    public TimeSpan QueueWait => _queueWait ?? Stopwatch.GetElapsedTime(_submittedAt);

    /// <summary>The time from its slot to <paramref name="at"/>, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public TimeSpan SinceBegun(long at) => Stopwatch.GetElapsedTime(_submittedAt, at) - QueueWait;

    /// <summary>The tokens as they come; the last has <see cref="GeneratedToken.Finish"/>. May be enumerated once.</summary>
    /// <exception cref="OperationCanceledException">The request was cancelled, or the engine stopped.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    /// <exception cref="DecodeException">llama.cpp failed.</exception>
    /// <exception cref="EngineFailedException">The engine failed.</exception>
    public IAsyncEnumerable<GeneratedToken> ReadAllAsync() => _tokens.Reader.ReadAllAsync(CancellationToken.None);

    /// <summary>For the engine, when it accepts the request: what it makes of it.</summary>
    public void Accept(int promptTokens, int maxTokens)
    {
        PromptTokens = promptTokens;
        MaxTokens = maxTokens;
    }

    /// <summary>For the engine, before the first token: what there is to know of the request's beginning.</summary>
    public void Begin(TimeSpan queueWait, int cachedTokens)
    {
        _queueWait = queueWait;
        CachedTokens = cachedTokens;
    }

    /// <summary>For the engine: the next token. The last one ends the generation.</summary>
    public void Write(GeneratedToken token)
    {
        CompletionTokens++;
        _tokens.Writer.TryWrite(token);
        if (token.Finish is not null)
        {
            _tokens.Writer.TryComplete();
        }
    }

    /// <summary>For the engine: no more comes, because of <paramref name="error"/>; it has no effect on one that has ended.</summary>
    public void Fail(Exception error) => _tokens.Writer.TryComplete(error);
}
