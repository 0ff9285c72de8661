using System.Diagnostics;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>A request and the reply that comes to it in time. Its engine's lock guards it.</summary>
internal sealed class TimedReply(GenerationRequest request, string? demanded)
{
    private readonly RunningGeneration _generation = new(request);
    private readonly CancellationTokenSource _deadline = new();
    private CancellationTokenRegistration _cancelling;
    private IReadOnlyList<string> _pieces = [];
    private FinishReason _finish;
    private IEnumerator<TimeSpan> _times = Enumerable.Empty<TimeSpan>().GetEnumerator();
    private int _written;

    public RunningGeneration Generation => _generation;

    /// <summary>Whether its reply must follow a grammar.</summary>
    public bool IsConstrained => demanded is not null;

    /// <summary>Whether nothing more comes.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether it has a slot.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>When its next token comes, as <see cref="Stopwatch.GetTimestamp"/> counts.</summary>
    public long Due { get; private set; }

    /// <summary>Has <paramref name="end"/> called when the request is cancelled or takes too long; at once where it is cancelled already.</summary>
    public void Watch(Action<TimedReply, Exception> end, CancellationToken cancellationToken)
    {
        _deadline.Token.Register(
            () => end(this, new TimeoutException($"The request was not done in its {request.Deadline.TotalSeconds:0.###} s.")));
        _deadline.CancelAfter(request.Deadline);
        _cancelling = cancellationToken.Register(() => end(this, new OperationCanceledException(cancellationToken)));
    }

    /// <summary>It gets a slot.</summary>
    public void Begin(ReplyTiming timing)
    {
        HasBegun = true;
        _generation.Begin(_generation.QueueWait, cachedTokens: 0);
        (_pieces, _finish) = ReplyText.Of(request, demanded, timing.Tokens);
        _times = timing.Times;
        Due = Stopwatch.GetTimestamp();
        Schedule();
    }

    /// <summary>Writes the token that is due. The next is due a gap after this one was, not after it was written: lateness does not add up.</summary>
    public void Write()
    {
        bool isLast = _written == _pieces.Count - 1;
        _generation.Write(new GeneratedToken(_pieces[_written], isLast ? _finish : null, Stopwatch.GetTimestamp()));
        _written++;
        if (isLast)
        {
            End(null);
        }
        else
        {
            Schedule();
        }
    }

    /// <summary>Nothing more comes; <paramref name="error"/> says why if that is not because it is complete.</summary>
    public void End(Exception? error)
    {
        IsEnded = true;
        _times.Dispose();
        _deadline.Dispose();

        // Disposing of it would wait for who is just cancelling, and who is waits for the engine's lock.
        _cancelling.Unregister();
        if (error is not null)
        {
            _generation.Fail(error);
        }
    }

    private void Schedule()
    {
        _times.MoveNext();
        Due += (long)(_times.Current.TotalSeconds * Stopwatch.Frequency);
    }
}
