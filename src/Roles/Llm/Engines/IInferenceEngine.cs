using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// What the API needs of whatever serves a model: a process that computes it (<see cref="ModelProcess"/>), or something that only keeps
/// its time. All members may be used by any thread. A call on an engine that is not ready, or ceases to be, throws
/// <see cref="EngineFailedException"/>; after it was disposed of, <see cref="ObjectDisposedException"/>.
/// </summary>
internal interface IInferenceEngine : IAsyncDisposable
{
    /// <summary>Called after each step, in their order; what it does holds up the engine's replies.</summary>
    event Action<DecodeStep>? Stepped;

    /// <summary>The options it runs with; those left to choose are as chosen.</summary>
    EngineOptions Options { get; }

    ModelInfo Model { get; }

    /// <summary>The processors that the engine may use.</summary>
    int Processors { get; }

    EngineState State { get; }

    EngineLoad Load { get; }

    /// <summary>The process that holds the model.</summary>
    int ProcessId { get; }

    /// <summary>Bytes that tokens take in the KV cache.</summary>
    long KvBytes(int tokens) => Model.KvTokenBytes * tokens;

    /// <summary>The tokens of a prompt.</summary>
    Task<int[]> TokenizeAsync(IReadOnlyList<PromptPart> prompt, CancellationToken cancellationToken);

    /// <summary>The text of tokens; what is no text in it becomes U+FFFD.</summary>
    /// <exception cref="ArgumentException">A token is not in the vocabulary.</exception>
    Task<string> DetokenizeAsync(IReadOnlyList<int> tokens, CancellationToken cancellationToken);

    /// <summary>Queues a request; the result is there when it is accepted. Cancelling it takes effect within a step.</summary>
    /// <exception cref="ContextOverflowException">Prompt and answer do not fit the context.</exception>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="ArgumentException">It is empty or contradicts itself, a token is unknown, or its grammar is wrong.</exception>
    Task<RunningGeneration> SubmitAsync(GenerationRequest request, CancellationToken cancellationToken);

    /// <summary>Embeds a text: the mean of what the model makes of its tokens, at length 1.</summary>
    /// <exception cref="ContextOverflowException">The text is longer than <see cref="EngineOptions.EmbeddingTokens"/>.</exception>
    /// <exception cref="QueueFullException">The queue is full.</exception>
    /// <exception cref="ArgumentException">There is no token, or an unknown one.</exception>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    /// <exception cref="DecodeException">llama.cpp failed.</exception>
    Task<float[]> EmbedAsync(IReadOnlyList<int> tokens, TimeSpan deadline, CancellationToken cancellationToken);
}
