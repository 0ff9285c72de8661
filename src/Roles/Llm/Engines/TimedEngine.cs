using System.Diagnostics;
using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Timing;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// Computes nothing: its replies have the length and come at the times that its settings say, so that of a run's times only those of the
/// network vary. Slots, queue and deadlines are as of a real model.
/// </summary>
internal sealed class TimedEngine : IInferenceEngine
{
    private readonly Lock _gate = new();
    private readonly LinkedList<TimedReply> _waiting = [];
    private readonly PriorityQueue<TimedReply, long> _due = new();
    private readonly NextTiming _timing;
    private readonly PreciseTimer _timer;
    private int _active;
    private bool _isDisposed;

    private TimedEngine(ModelSettings settings, NextTiming timing)
    {
        _timing = timing;
        Options = settings.Options with { CachedPrompts = 0, EmbeddingTokens = 0 };
        Model = new ModelInfo("timed, without a model", 0, 0, Options.Context, BytePieces.VocabularySize, BytePieces.TokenBytes);
        _timer = new PreciseTimer("timed replies", WriteDue);
    }

    /// <summary>Never: nothing is decoded.</summary>
    public event Action<DecodeStep>? Stepped
    {
        add { }
        remove { }
    }

    public EngineOptions Options { get; }

    public ModelInfo Model { get; }

    public int Processors => Environment.ProcessorCount;

    public EngineState State => default;

    public int ProcessId => Environment.ProcessId;

    public EngineLoad Load
    {
        get
        {
            lock (_gate)
            {
                return new EngineLoad(_active, _waiting.Count, 0);
            }
        }
    }

    /// <exception cref="ModelException">The recorded times cannot be used.</exception>
    public static TimedEngine Start(ModelSettings settings)
    {
        TimingSettings timing = settings.Timing;
        NextTiming next = timing.Recorded is { } path
            ? RecordedTiming.Read(path, settings.Name).Next
            : new DrawnTiming(timing).Next;
        return new TimedEngine(settings, next);
    }

    public Task<int[]> TokenizeAsync(IReadOnlyList<PromptPart> prompt, CancellationToken cancellationToken) =>
        Task.FromResult(BytePieces.TokensOf(prompt));

    public Task<string> DetokenizeAsync(IReadOnlyList<int> tokens, CancellationToken cancellationToken) =>
        Task.FromResult(BytePieces.TextOf(tokens));

    public Task<RunningGeneration> SubmitAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        GenerationRequest resolved = request.Resolve(BytePieces.TokensOf, Options.Context);
        Check(resolved);
        var reply = new TimedReply(resolved, ReplyText.Demanded(resolved));
        reply.Generation.Accept(resolved.Prompt.Count, resolved.MaxTokens);
        reply.Watch(End, cancellationToken);
        try
        {
            Queue(reply);
        }
        catch (Exception e) when (e is QueueFullException or ObjectDisposedException)
        {
            End(reply, e);
            throw;
        }

        return Task.FromResult(reply.Generation);
    }

    /// <exception cref="NotSupportedException">Always. <see cref="EngineOptions.EmbeddingTokens"/> is 0, so that none is asked for.</exception>
    public Task<float[]> EmbedAsync(IReadOnlyList<int> tokens, TimeSpan deadline, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A timed engine computes no embeddings.");

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return ValueTask.CompletedTask;
            }

            _isDisposed = true;
            IEnumerable<TimedReply> all = _waiting.Concat(_due.UnorderedItems.Select(static item => item.Element));
            foreach (TimedReply reply in all.Where(static reply => !reply.IsEnded))
            {
                reply.End(new OperationCanceledException("The engine stopped."));
            }

            _waiting.Clear();
            _due.Clear();
        }

        _timer.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Check(GenerationRequest request)
    {
        if (request.Prompt.Count == 0)
        {
            throw new ArgumentException("The prompt is empty.", nameof(request));
        }

        foreach (int token in request.Prompt)
        {
            BytePieces.Check(token);
        }

        if (request.Prompt.Count + (long)request.MaxTokens > Options.Context)
        {
            throw new ContextOverflowException(request.Prompt.Count, request.MaxTokens, Options.Context);
        }
    }

    private void Queue(TimedReply reply)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_active == Options.Slots && _waiting.Count >= Options.QueueLimit)
            {
                throw new QueueFullException(Options.QueueLimit);
            }

            if (!reply.IsEnded)
            {
                _waiting.AddLast(reply);
                BeginWaiting();
            }
        }
    }

    /// <summary>Gives free slots to those that wait, in order.</summary>
    private void BeginWaiting()
    {
        while (_active < Options.Slots && _waiting.First is { Value: var reply })
        {
            _waiting.RemoveFirst();
            _active++;
            reply.Begin(_timing(reply.IsConstrained));
            _due.Enqueue(reply, reply.Due);
            if (_due.Peek() == reply)
            {
                _timer.Wake();
            }
        }
    }

    private void End(TimedReply reply, Exception error)
    {
        lock (_gate)
        {
            if (reply.IsEnded)
            {
                return;
            }

            reply.End(error);
            if (reply.HasBegun)
            {
                _active--;
                BeginWaiting();
            }
            else
            {
                _waiting.Remove(reply);
            }
        }
    }

    /// <summary>Writes all tokens that are due, and says when the next one is.</summary>
    private long? WriteDue()
    {
        lock (_gate)
        {
            while (_due.TryPeek(out TimedReply? reply, out long due))
            {
                if (!reply.IsEnded && due > Stopwatch.GetTimestamp())
                {
                    return due;
                }

                _due.Dequeue();
                if (!reply.IsEnded)
                {
                    WriteNext(reply);
                }
            }

            return null;
        }
    }

    private void WriteNext(TimedReply reply)
    {
        reply.Write();
        if (!reply.IsEnded)
        {
            _due.Enqueue(reply, reply.Due);
            return;
        }

        _active--;
        BeginWaiting();
    }
}
