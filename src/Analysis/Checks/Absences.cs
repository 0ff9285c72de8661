namespace NodeBox.Analysis.Checks;

/// <summary>What the run does not hold, and so no figure tells of.</summary>
internal static class Absences
{
    public static IEnumerable<string> Of(RunFolder folder)
    {
        Manifest manifest = folder.Manifest;
        if (manifest.WhyIncomplete is { } reason)
        {
            yield return $"The run is incomplete: {reason}";
        }

        foreach ((string name, ManifestNode node) in manifest.Nodes!.Where(node => !node.Value.MeasuresFlows))
        {
            yield return $"Flows were not measured on {name}: {node.RungReason ?? "no reason recorded"}";
        }

        if (!folder.FlowsMeasured && manifest.Nodes!.Values.Any(node => node.MeasuresFlows))
        {
            yield return "Flows were not measured: flows.parquet holds none, although the manifest names probes.";
        }

        if (folder is { FlowsMeasured: true, SlicesMeasured: false })
        {
            yield return folder.TrafficMeasured
                ? "slices.parquet holds none: each flow counts as its task's, and what calls, ACKs and bursts did is absent."
                : "slices.parquet holds none, and connections were shared: which task did what to the network is not known.";
        }
    }
}
