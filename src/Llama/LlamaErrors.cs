namespace NodeBox.Llama;

/// <summary>The llama.cpp libraries on this machine cannot be used; the message says which, why, and what to do.</summary>
public sealed class LlamaLibraryException(string message) : Exception(message);

/// <summary>A model file is missing, truncated, not GGUF, or of a kind this program does not run.</summary>
public sealed class ModelException(string message) : Exception(message);

/// <summary>A prompt, or a prompt with the tokens asked for, is longer than the context.</summary>
public sealed class ContextOverflowException(int promptTokens, int maxTokens, int context)
    : Exception($"The prompt has {promptTokens} tokens and {maxTokens} more may be generated, but the context holds {context}.")
{
    public int PromptTokens { get; } = promptTokens;

    public int MaxTokens { get; } = maxTokens;

    public int Context { get; } = context;
}

/// <summary>As many requests are waiting as the queue limit allows.</summary>
public sealed class QueueFullException(int limit) : Exception($"{limit} requests are already waiting, which is the queue limit.")
{
    public int Limit { get; } = limit;
}

/// <summary>llama.cpp failed while it decoded a request; the engine goes on with the next.</summary>
public sealed class DecodeException(string message) : Exception(message);
