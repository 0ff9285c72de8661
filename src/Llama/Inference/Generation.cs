using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace NodeBox.Llama.Inference;

/// <summary>
/// A submitted request. The decode thread writes its tokens, one reader takes them; the reader never holds up the thread, and what it has
/// not taken is bounded by the tokens asked for.
/// </summary>
public sealed class Generation
{
    private readonly Channel<GeneratedToken> _tokens =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _registration;

    internal Generation(GenerationRequest request, Sampler sampler, CancellationToken cancellationToken)
    {
        Request = request;
        Sampler = sampler;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registration = _ended.Token.Register(() => _tokens.Writer.TryComplete(cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(cancellationToken)
            : new TimeoutException($"The request was not done in its {request.Deadline.TotalSeconds:0.###} s.")));
        _ended.CancelAfter(request.Deadline);
    }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens => Request.Prompt.Count;

    /// <summary>Tokens generated so far, the one that ended the turn included.</summary>
    public int CompletionTokens { get; internal set; }

    public GenerationRequest Request { get; }

    internal Sampler Sampler { get; }

    internal bool IsEnded => _ended.IsCancellationRequested;

    /// <summary>The tokens as they come; the last has <see cref="GeneratedToken.Finish"/>. May be enumerated once.</summary>
    /// <exception cref="OperationCanceledException">The request was cancelled, or the engine stopped.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    /// <exception cref="DecodeException">llama.cpp failed.</exception>
    public async IAsyncEnumerable<GeneratedToken> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (GeneratedToken token in _tokens.Reader.ReadAllAsync(cancellationToken))
        {
            yield return token;
        }
    }

    internal void Write(GeneratedToken token) => _tokens.Writer.TryWrite(token);

    /// <summary>Called once, by the decode thread or, for a request that never reached it, by whoever removed it.</summary>
    internal void Complete(Exception? error)
    {
        _tokens.Writer.TryComplete(error);
        _registration.Dispose();
        _ended.Dispose();
        Sampler.Dispose();
    }
}
