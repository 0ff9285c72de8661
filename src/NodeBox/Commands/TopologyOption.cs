using System.CommandLine;
using NodeBox.Configuration;

namespace NodeBox.Commands;

/// <summary><c>--backends shared|separate|shared,separate</c>: topologies in place of the configuration's.</summary>
internal static class TopologyOption
{
    public static readonly Option<string?> Backends = Create();

    /// <summary>Reads the testbed with the topologies that were asked for.</summary>
    /// <exception cref="Toml.TomlException">The file is wrong, or does not fit these topologies.</exception>
    public static Testbed Load(ParseResult parsed) => TestbedReader.Load(
        NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config)), parsed.GetValue(Backends)?.Split(','));

    private static Option<string?> Create()
    {
        var option = new Option<string?>(LabSpecs.BackendsOption)
        {
            Description = "Where agents find their LLM, whatever the configuration says: one shared node, separate ones on the agents' own "
                + "nodes, or shared,separate to compare both in one run of a lab.",
            HelpName = "shared|separate|shared,separate",
        };
        option.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !IsList(token.Value.Split(',')))
            {
                result.AddError($"{LabSpecs.BackendsOption} takes {string.Join(", ", Telemetry.Http.Backends.All)}, or both with a comma.");
            }
        });
        return option;
    }

    private static bool IsList(string[] topologies) =>
        topologies.All(Telemetry.Http.Backends.All.Contains) && topologies.Distinct().Count() == topologies.Length;
}
