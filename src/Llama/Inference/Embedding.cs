namespace NodeBox.Llama.Inference;

/// <summary>A text to embed.</summary>
internal sealed class Embedding(IReadOnlyList<int> tokens, TimeSpan deadline, CancellationToken cancellationToken)
    : EngineRequest(deadline, cancellationToken)
{
    private readonly TaskCompletionSource<float[]> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<int> Tokens { get; } = tokens;

    /// <summary>The embedding, once it is there.</summary>
    public Task<float[]> Task => _result.Task;

    public void Succeed(float[] embedding) => _result.TrySetResult(embedding);

    private protected override void End(Exception? error)
    {
        if (error is OperationCanceledException cancelled)
        {
            _result.TrySetCanceled(cancelled.CancellationToken);
        }
        else if (error is not null)
        {
            _result.TrySetException(error);
        }
    }
}
