namespace NodeBox.Scenarios.Running;

/// <summary>Where a run stands, for whoever shows it.</summary>
/// <param name="Phase">What is being done, in a few words.</param>
/// <param name="Scenario">The scenario being driven, or null between them.</param>
/// <param name="Rep">The repetition, from 1.</param>
/// <param name="Done">Tasks that ended in this scenario and repetition.</param>
/// <param name="Total">Tasks of this scenario and repetition.</param>
/// <param name="Failure">Why the task that just ended failed, or null.</param>
/// <param name="Variant">Which of its variants, or null where it runs in one.</param>
public sealed record RunProgress(
    string Phase, string? Scenario = null, int Rep = 0, int Done = 0, int Total = 0, string? Failure = null, string? Variant = null);
