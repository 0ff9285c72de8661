using System.Diagnostics;

namespace NodeBox.Llama.Inference;

/// <summary>Work for an engine's decode thread: it waits in a queue, can be cancelled, and has a deadline.</summary>
public abstract class EngineRequest
{
    private static readonly TimeSpan s_shortestTimer = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _cancelled;
    private readonly TimeSpan _deadline;
    private readonly long _queuedAt = Stopwatch.GetTimestamp();
    private long _begunAt;

    private protected EngineRequest(TimeSpan deadline, CancellationToken cancellationToken)
    {
        _cancelled = cancellationToken;
        _deadline = deadline;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _registration = _ended.Token.Register(() => End(EndReason()));

        // A timer of less than this would be one of 0 ms, which still fires only later.
        if (deadline < s_shortestTimer)
        {
            _ended.Cancel();
        }
        else
        {
            _ended.CancelAfter(deadline);
        }
    }

    /// <summary>How long it waited for a slot; for one that still waits, how long so far.</summary>
    public TimeSpan QueueWait => _begunAt == 0 ? Stopwatch.GetElapsedTime(_queuedAt) : Stopwatch.GetElapsedTime(_queuedAt, _begunAt);

    /// <summary>Whether it was cancelled or its deadline passed, so that nobody waits for more of it.</summary>
    internal bool IsEnded => _ended.IsCancellationRequested;

    /// <summary>
    /// What to complete a request with that <see cref="IsEnded"/>. Whoever waits is told by a callback of the token, and the decode thread
    /// can see the token's state before that callback has run.
    /// </summary>
    internal Exception EndReason() => _cancelled.IsCancellationRequested
        ? new OperationCanceledException(_cancelled)
        : new TimeoutException($"The request was not done in its {_deadline.TotalSeconds:0.###} s.");

    /// <summary>Called by the decode thread when it leaves the queue.</summary>
    internal void Begin() => _begunAt = Stopwatch.GetTimestamp();

    /// <summary>Called once, by the decode thread or, for a request that never reached it, by whoever removed it.</summary>
    internal void Complete(Exception? error)
    {
        End(error);
        _registration.Dispose();
        _ended.Dispose();
        Free();
    }

    /// <summary>Tells whoever waits that no more comes; the first call counts.</summary>
    private protected abstract void End(Exception? error);

    /// <summary>Frees what the decode thread used.</summary>
    private protected virtual void Free()
    {
    }
}
