using NodeBox.Toml;

namespace NodeBox.Scenarios.Definition;

/// <summary>Reads <c>[[steps]]</c>, which nest by delegation.</summary>
internal static class StepReader
{
    /// <summary>How many delegations may stand inside one another: the entry to another agent, and that one back.</summary>
    public const int MaxDelegations = 2;

    private static readonly string[] s_kinds = ["tool", "delegate", "service"];

    /// <param name="owner">The section that holds the steps.</param>
    /// <param name="agent">The agent whose steps they are.</param>
    /// <param name="delegations">How many delegations lead there.</param>
    public static IReadOnlyList<ScenarioStep> Read(TomlSection owner, string agent, int delegations = 0)
    {
        IReadOnlyList<TomlSection> sections = owner.Sections("steps");
        if (sections.Count == 0)
        {
            owner.Error("steps", $"is empty: say what {agent} does, as in [[{(owner.Path.Length == 0 ? "steps" : "steps.steps")}]]");
        }

        return [.. sections.Select(section => ReadStep(section, agent, delegations))];
    }

    private static ScenarioStep ReadStep(TomlSection section, string agent, int delegations)
    {
        string[] kinds = [.. s_kinds.Where(section.Has)];
        if (kinds.Length != 1)
        {
            section.Error(
                $"has {(kinds.Length == 0 ? "none" : string.Join(" and ", kinds))} of tool, delegate and service: a step is exactly one");
        }

        bool delegates = section.Has("delegate");
        ScenarioStep step = new(
            ReadTool(section),
            delegates ? ReadAgent(section, agent, delegations) : null,
            section.Has("service") ? section.Choice("service", [Scenario.Gateway], Scenario.Gateway) : null,
            delegates ? null : ArgumentTemplate.Read(section),
            delegates ? ScenarioReader.Text(section, "text") : null,
            delegates ? ReadDelegated(section, delegations) : []);
        section.RejectUnknown();
        return step;
    }

    private static string? ReadTool(TomlSection section)
    {
        if (section.OptionalString("tool") is not { } tool)
        {
            return null;
        }

        if (tool.Split('.') is not [{ Length: > 0 }, { Length: > 0 }])
        {
            section.Error("tool", $"\"{tool}\" does not name a server and its tool: write it as in \"db.lookup_order\"");
        }

        return tool;
    }

    private static string ReadAgent(TomlSection section, string agent, int delegations)
    {
        string other = section.Choice("delegate", Scenario.Agents, "");
        if (other == agent)
        {
            section.Error("delegate", $"{agent} cannot delegate to itself: name another agent");
        }

        if (delegations == MaxDelegations)
        {
            section.Error("delegate", $"delegates too deep: at most {MaxDelegations} delegations may stand inside one another");
        }

        return other;
    }

    private static IReadOnlyList<ScenarioStep> ReadDelegated(TomlSection section, int delegations)
    {
        // Deeper steps are not read: the error about the depth says it all, and the file could nest on for long.
        bool tooDeep = delegations == MaxDelegations;
        return tooDeep && section.Has("steps") ? [] : Read(section, section.OptionalString("delegate") ?? "", delegations + 1);
    }
}
