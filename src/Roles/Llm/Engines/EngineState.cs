namespace NodeBox.Roles.Llm.Engines;

/// <summary>Whether an engine serves.</summary>
/// <param name="Failure">Why it does not; null where it does.</param>
/// <param name="Restarts">How often it was started again.</param>
internal readonly record struct EngineState(EngineFailedException? Failure, long Restarts)
{
    public bool IsReady => Failure is null;
}

/// <summary>The engine that should have served a request failed; it starts again by itself.</summary>
/// <param name="how">What became of it, such as "its process 17 was ended by SIGABRT".</param>
/// <param name="retryAfter">When it may serve again.</param>
internal sealed class EngineFailedException(string how, TimeSpan retryAfter)
    : Exception($"The model failed and is started again: {how}.")
{
    public string How { get; } = how;

    public TimeSpan RetryAfter { get; } = retryAfter;
}
