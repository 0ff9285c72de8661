using NodeBox.Scenarios.Definition;

namespace NodeBox.Scenarios.Tests.Definition;

/// <summary>The files of scenarios/, which the build puts beside the tests.</summary>
internal static class ShippedScenarios
{
    public static readonly string[] Names = ["agentic-multihop", "agentic-simple", "baseline"];

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "scenarios");

    public static Scenario Load(string name)
    {
        return Scenario.Load(Path.Combine(Folder, $"{name}.toml"));
    }
}
