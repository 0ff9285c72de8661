namespace NodeBox.Analysis.Checks;

/// <summary>Whether the folder holds everything that happened: computed from the folder alone.</summary>
public static class Completeness
{
    /// <summary>All checks, in the order of the report.</summary>
    public static IReadOnlyList<Check> Check(RunFolder folder) =>
    [
        ManifestChecks.RunCompleted(folder.Manifest),
        ManifestChecks.NodesExited(folder.Manifest),
        CallChecks.CountsAgree(folder),
        CallChecks.BothEndsHaveSpans(folder),
        FlowChecks.BothEndsAgree(folder),
        ManifestChecks.LedgersBalance(folder.Manifest),
        ManifestChecks.NothingDropped(folder.Manifest),
    ];
}
