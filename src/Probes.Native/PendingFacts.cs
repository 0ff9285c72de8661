namespace NodeBox.Probes.Native;

/// <summary>
/// Facts that the kernel holds and has not reported yet. It will, under the same ordinals: a reader that took these must not take them
/// again. An open burst grows until then.
/// </summary>
/// <param name="First">The first fact's ordinal, as in <see cref="FlowFacts{T}.First"/>.</param>
/// <param name="Facts">The facts; empty where there are none.</param>
public readonly record struct PendingFacts<T>(uint First, IReadOnlyList<T> Facts)
    where T : unmanaged
{
    /// <summary>No facts, where the probes were not asked.</summary>
    public static PendingFacts<T> None { get; } = new(0, []);
}
