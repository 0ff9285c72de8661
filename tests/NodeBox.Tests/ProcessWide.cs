namespace NodeBox.Tests;

/// <summary>Tests that change what the whole process shares (its directory, environment or output) run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "process-wide";
}
