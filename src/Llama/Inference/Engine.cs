using NodeBox.Llama.Chat;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Runs one model. One thread owns llama.cpp's contexts and decodes; requests wait in bounded queues and are taken in order.
/// </summary>
/// <remarks>
/// The text of a seed can depend on what else is decoded, because another batch or another place in the KV cache rounds differently: see
/// <see cref="EngineOptions.FlashAttention"/>. With one slot and no cached prompts it does not.
/// </remarks>
public sealed class Engine : IDisposable
{
    /// <summary>Parameters below which a model is computed by one thread, and attention without the fused kernel.</summary>
    internal const ulong TinyModel = 50_000_000;

    private const int MostThreads = 8;

    private readonly LlamaModel _model;
    private readonly RequestQueue<Generation> _generations;
    private readonly RequestQueue<Embedding> _embeddings;
    private readonly Scheduler _scheduler;
    private readonly Embedder? _embedder;
    private readonly AutoResetEvent _work = new(false);
    private readonly Thread _thread;
    private volatile bool _stopping;

    private Engine(LlamaModel model, EngineOptions options, int processors, long kvTokenBytes)
    {
        Processors = processors;
        _model = model;
        Options = options;
        Model = new ModelInfo(
            model.Description, model.Parameters, model.Bytes, model.TrainedContext, model.VocabularySize, model.LongestPiece)
        {
            KvTokenBytes = kvTokenBytes,
            Device = model.Device.Description,
        };
        _generations = new RequestQueue<Generation>(options.Slots, options.QueueLimit, Wake);
        _embeddings = new RequestQueue<Embedding>(1, options.QueueLimit, Wake);
        _scheduler = new Scheduler(model, options, _generations);
        _embedder = options.EmbeddingTokens > 0 ? new Embedder(model, options, _embeddings) : null;
        _thread = new Thread(DecodeAll) { Name = "llama decode", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Called by the decode thread after each of its steps; what it does holds up all requests.</summary>
    public event Action<DecodeStep>? Stepped;

    /// <summary>Called by the decode thread when it has nothing left to do, before it waits.</summary>
    public event Action? Idled;

    /// <summary>The options it runs with; those left to choose are as chosen.</summary>
    public EngineOptions Options { get; }

    public ModelInfo Model { get; }

    /// <summary>The processors that this process may use, by its affinity mask and its cgroups.</summary>
    public int Processors { get; }

    public EngineLoad Load => new(_generations.Active, _generations.Waiting, _scheduler.KvTokens);

    /// <summary>Loads the model, takes the memory for all slots, and starts the decode thread.</summary>
    /// <exception cref="ModelException">The file cannot be used, or not with these options.</exception>
    /// <exception cref="LlamaLibraryException">A GPU is asked for and none can be used.</exception>
    public static Engine Start(LlamaLibrary library, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(library);
        DeviceChoice device = library.Choose(options);
        LlamaModel model = LlamaModel.Load(options.ModelPath, device);
        try
        {
            int processors = Native.Processors.Available;
            options.Check(model.TrainedContext, processors);
            EngineOptions chosen = options with
            {
                Threads = options.Threads > 0 ? options.Threads : ChooseThreads(model.Parameters, processors),
                FlashAttention = options.FlashAttention ?? (model.Parameters >= TinyModel),
            };
            return new Engine(model, chosen, processors, (long)ModelFacts.Read(options.ModelPath).KvTokenBytes);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The tokens of a prompt.</summary>
    public int[] Tokenize(IReadOnlyList<PromptPart> prompt) => _model.Tokenize(prompt);

    /// <summary>The text of tokens; what is no text in it becomes U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public string Detokenize(IReadOnlyList<int> tokens)
    {
        CheckTokens(tokens);
        return _model.TextOf(tokens);
    }

    /// <summary>Queues a request. Cancelling it takes effect between two steps, or at once while it waits.</summary>
    /// <exception cref="ContextOverflowException">Prompt and answer do not fit the context.</exception>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="ArgumentException">It is empty or contradicts itself, a token is unknown, or its grammar is wrong.</exception>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public Generation Submit(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        _generations.ThrowIfFull();
        GenerationRequest resolved = request.Resolve(Tokenize, Options.Context);
        Check(resolved);
        var generation = new Generation(resolved, new Sampler(_model, resolved), cancellationToken);
        return Queue(_generations, generation);
    }

    /// <summary>Queues a text to embed: the mean of what the model makes of its tokens, at length 1.</summary>
    /// <exception cref="ContextOverflowException">The text is longer than <see cref="EngineOptions.EmbeddingTokens"/>.</exception>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="ArgumentException">There is no token, or an unknown one.</exception>
    /// <exception cref="ObjectDisposedException">The engine was stopped.</exception>
    public Task<float[]> EmbedAsync(IReadOnlyList<int> tokens, TimeSpan deadline, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_stopping, this);
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Count, nameof(tokens));
        CheckTokens(tokens);
        return tokens.Count <= Options.EmbeddingTokens
            ? Queue(_embeddings, new Embedding(tokens, deadline, cancellationToken)).Task
            : throw new ContextOverflowException(tokens.Count, 0, Options.EmbeddingTokens);
    }

    /// <summary>Wakes the decode thread, which raises <see cref="Stepped"/> or <see cref="Idled"/> soon after unless it hangs.</summary>
    public void Nudge() => Wake();

    /// <summary>Ends all requests and frees the model.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _work.Set();
        _thread.Join();
        _work.Dispose();
        _embedder?.Dispose();
        _scheduler.Dispose();
        _model.Dispose();
    }

    /// <summary>
    /// One thread for a tiny model, whose steps are shorter than waking a second one; else all but one of the processors, up to where more
    /// gain little.
    /// </summary>
    internal static int ChooseThreads(ulong parameters, int processors) =>
        parameters < TinyModel ? 1 : Math.Clamp(processors - 1, 1, MostThreads);

    private static T Queue<T>(RequestQueue<T> queue, T request)
        where T : EngineRequest
    {
        try
        {
            queue.Add(request);
            return request;
        }
        catch (Exception e) when (e is QueueFullException or ObjectDisposedException)
        {
            request.Complete(e);
            throw;
        }
    }

    private void Check(GenerationRequest request)
    {
        if (request.Prompt.Count == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(request), "The prompt is empty.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.MaxTokens, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.MinTokens, request.MaxTokens, nameof(request));
        if (request.Prompt.Count + (long)request.MaxTokens > Options.Context)
        {
            throw new ContextOverflowException(request.Prompt.Count, request.MaxTokens, Options.Context);
        }

        // llama.cpp aborts when a grammar has come to its end and the end is forbidden.
        if (request.Grammar is not null && (request.IgnoreEnd || request.MinTokens > 0))
        {
            throw new ArgumentException("A text that follows a grammar cannot be kept from ending.", nameof(request));
        }

        CheckTokens(request.Prompt);
    }

    private void CheckTokens(IReadOnlyList<int> tokens)
    {
        foreach (int token in tokens)
        {
            if ((uint)token >= (uint)Model.VocabularySize)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(tokens), token, $"The model has the tokens 0 to {Model.VocabularySize - 1}.");
            }
        }
    }

    private void Wake() => _work.Set();

    private void DecodeAll()
    {
        while (!_stopping)
        {
            DecodeStep? step = _scheduler.Step();
            if (step is { } done)
            {
                Stepped?.Invoke(done);
            }

            if (_embedder?.Step(isAlone: step is null) is not true && step is null)
            {
                Idled?.Invoke();
                _work.WaitOne();
            }
        }

        var stopped = new OperationCanceledException("The engine stopped.");
        _generations.Close(stopped);
        _embeddings.Close(stopped);
        _scheduler.EndAll(stopped);
        _embedder?.End(stopped);
    }
}
