namespace NodeBox.Llama.Inference;

/// <summary>How an <see cref="Engine"/> runs its model.</summary>
/// <param name="ModelPath">A GGUF file.</param>
/// <param name="Context">Tokens that a prompt and its answer may have together; at most what the model was trained for.</param>
/// <param name="Threads">Threads that compute; 0 chooses. They spin while they wait, so more than there are free cores makes everything
/// slow.</param>
/// <param name="QueueLimit">Requests that may wait while one is decoded.</param>
public sealed record EngineOptions(string ModelPath, int Context = 8192, int Threads = 0, int QueueLimit = 64);

/// <summary>What an engine runs. <paramref name="Description"/> is llama.cpp's, such as "llama ?B all F32".</summary>
public sealed record ModelInfo(string Description, ulong Parameters, ulong Bytes, int TrainedContext, int VocabularySize);
