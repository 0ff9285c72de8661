using System.Threading.Channels;

namespace NodeBox.Llama.Inference;

/// <summary>
/// A submitted request. The decode thread writes its tokens, one reader takes them; the reader never holds up the thread, and what it has
/// not taken is bounded by the tokens asked for.
/// </summary>
public sealed class Generation : EngineRequest
{
    private readonly Channel<GeneratedToken> _tokens =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true });

    internal Generation(GenerationRequest request, Sampler sampler, CancellationToken cancellationToken)
        : base(request.Deadline, cancellationToken)
    {
        Request = request;
        Sampler = sampler;
    }

    public GenerationRequest Request { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens => Request.Prompt.Count;

    /// <summary>Tokens of the prompt that were in the KV cache already; known once the first token has come.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>Tokens generated so far, the one that ended the turn included.</summary>
    public int CompletionTokens { get; internal set; }

    /// <summary>Tokens that it may come to hold in the KV cache.</summary>
    internal int MostTokens => Request.Prompt.Count + Request.MaxTokens;

    internal Sampler Sampler { get; }

    /// <summary>The tokens as they come; the last has <see cref="GeneratedToken.Finish"/>. May be enumerated once.</summary>
    /// <exception cref="OperationCanceledException">The request was cancelled, or the engine stopped.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    /// <exception cref="DecodeException">llama.cpp failed.</exception>
    public IAsyncEnumerable<GeneratedToken> ReadAllAsync(CancellationToken cancellationToken = default) =>
        _tokens.Reader.ReadAllAsync(cancellationToken);

    internal void Write(GeneratedToken token) => _tokens.Writer.TryWrite(token);

    private protected override void End(Exception? error) => _tokens.Writer.TryComplete(error);

    private protected override void Free() => Sampler.Dispose();
}
