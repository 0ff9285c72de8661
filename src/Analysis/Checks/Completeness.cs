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
        SliceChecks.EveryCallHasSlices(folder),
        SliceChecks.BothEndsAgree(folder),
        SliceChecks.SumToFlows(folder),
        SliceChecks.TasksExist(folder),
        SliceChecks.SegmentsExact(folder),
        RetransmitChecks.SumToSlices(folder),
        RetransmitChecks.EveryOneIsReported(folder),
        ManifestChecks.LedgersBalance(folder.Manifest),
        ManifestChecks.NothingLost(folder),
    ];
}
