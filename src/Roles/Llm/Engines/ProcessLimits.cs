using NodeBox.Llama.Native;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>What the process of a model is held to.</summary>
internal sealed record ProcessLimits
{
    /// <summary>It is killed and started again if its decode thread does not move for this long; zero lets it hang.</summary>
    public TimeSpan HangTimeout { get; init; }

    /// <summary>The processors that it may use; null for all that this process may.</summary>
    public ProcessorSet? Cpus { get; init; }

    /// <summary>It is killed and started again if it has more bytes resident than this; 0 for no limit.</summary>
    public long Memory { get; init; }
}
