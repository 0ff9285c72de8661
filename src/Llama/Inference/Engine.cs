using System.Collections.Concurrent;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Runs one model. One thread owns the context and decodes; requests wait in a bounded queue and are taken in order, one at a time.
/// </summary>
/// <remarks>
/// The KV cache of an earlier request is never reused: another batch shape rounds differently, so the text of a seed, and the time to the
/// first token, would depend on what came before.
/// </remarks>
public sealed class Engine : IDisposable
{
    private const int OnlySequence = 0;
    private const ulong TinyModel = 50_000_000;

    private readonly LlamaModel _model;
    private readonly DecodeContext _context;
    private readonly BlockingCollection<Generation> _queue;
    private readonly Thread _thread;
    private volatile bool _stopping;

    private Engine(EngineOptions options, LlamaModel model, DecodeContext context, int threads)
    {
        _model = model;
        _context = context;
        _queue = new BlockingCollection<Generation>(options.QueueLimit);
        Options = options with { Threads = threads };
        Model = new ModelInfo(model.Description, model.Parameters, model.Bytes, model.TrainedContext, model.VocabularySize);
        _thread = new Thread(DecodeAll) { Name = "llama decode", IsBackground = true };
        _thread.Start();
    }

    /// <summary>The options it runs with; the number of threads is the one chosen.</summary>
    public EngineOptions Options { get; }

    public ModelInfo Model { get; }

    /// <summary>Requests that wait.</summary>
    public int Queued => _queue.Count;

    /// <summary>Loads the model and starts the decode thread.</summary>
    /// <exception cref="ModelException">The file cannot be used, or not with this context.</exception>
    public static Engine Start(LlamaLibrary library, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(library);
        LlamaModel model = LlamaModel.Load(options.ModelPath);
        try
        {
            if (options.Context < 1 || options.Context > model.TrainedContext)
            {
                throw new ModelException($"The context is {options.Context} tokens, but {options.ModelPath} takes 1 to {model.TrainedContext}.");
            }

            int threads = options.Threads > 0 ? options.Threads : ChooseThreads(model.Parameters, Environment.ProcessorCount);
            return new Engine(options, model, new DecodeContext(model, options.Context, threads), threads);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The tokens of a prompt.</summary>
    public int[] Tokenize(IEnumerable<PromptPart> prompt) => _model.Tokenize(prompt);

    /// <summary>Queues a request. Cancelling it takes effect between two steps, or at once while it waits.</summary>
    /// <exception cref="ContextOverflowException">Prompt and answer do not fit the context.</exception>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="ArgumentException">The request is empty, or its grammar is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public Generation Submit(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfZero(request.Prompt.Count, nameof(request.Prompt));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.MaxTokens);
        if (request.Prompt.Count + (long)request.MaxTokens > Options.Context)
        {
            throw new ContextOverflowException(request.Prompt.Count, request.MaxTokens, Options.Context);
        }

        var generation = new Generation(request, new Sampler(_model, request.Sampling, request.Grammar), cancellationToken);
        if (TryQueue(generation))
        {
            return generation;
        }

        var full = new QueueFullException(Options.QueueLimit);
        generation.Complete(full);
        throw full;
    }

    /// <summary>Ends all requests and frees the model.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
        _context.Dispose();
        _model.Dispose();
    }

    /// <summary>One thread for a tiny model, whose steps are shorter than waking a second one; else two where two are free.</summary>
    internal static int ChooseThreads(ulong parameters, int processors) =>
        parameters < TinyModel ? 1 : Math.Clamp(processors - 1, 1, 2);

    private bool TryQueue(Generation generation)
    {
        try
        {
            return _queue.TryAdd(generation);
        }
        catch (InvalidOperationException e)
        {
            // Adding was completed: the engine stopped since Submit looked.
            generation.Complete(e);
            throw new ObjectDisposedException(nameof(Engine));
        }
    }

    private void DecodeAll()
    {
        foreach (Generation generation in _queue.GetConsumingEnumerable())
        {
            try
            {
                Decode(generation);
                generation.Complete(null);
            }
            catch (Exception e) when (e is DecodeException or OperationCanceledException)
            {
                generation.Complete(e);
            }
        }
    }

    private void Decode(Generation generation)
    {
        _context.Clear(OnlySequence);
        var sequence = new Sequence(generation, _model, OnlySequence);
        while (!sequence.IsDone)
        {
            if (_stopping || generation.IsEnded)
            {
                throw new OperationCanceledException("The engine stopped.");
            }

            sequence.Step(_context);
        }
    }
}
