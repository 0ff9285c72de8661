using System.Globalization;
using System.Text.Json;
using NodeBox.A2A;

namespace NodeBox.Scenarios.Definition;

/// <summary>One task as the driver sends it.</summary>
/// <param name="Key">The same in every scenario and repetition with the same seed: <c>t0001</c>.</param>
/// <param name="Prompt">What the entry agent is asked; empty for the baseline.</param>
/// <param name="Plan">What it is told to do before it answers; null for the baseline.</param>
/// <param name="Expected">What it should do of itself; null where it is told, and for the baseline.</param>
/// <param name="ServiceArguments">A JSON object for the baseline's gateway; undefined for agents.</param>
public sealed record PlannedTask(
    string Key, string Prompt, TaskPlan? Plan, IReadOnlyList<TaskStep>? Expected, JsonElement ServiceArguments);

/// <summary>A scenario's tasks.</summary>
public static class Workload
{
    /// <summary>
    /// The tasks of one repetition. Nothing but the scenario and the seed matters, and a task's values depend on its key and the seed
    /// alone, so all scenarios ask for the same orders, customers and items.
    /// </summary>
    public static IReadOnlyList<PlannedTask> Generate(Scenario scenario, ulong seed) =>
        [.. Enumerable.Range(1, scenario.Tasks).Select(number => Plan(scenario, seed, number))];

    private static PlannedTask Plan(Scenario scenario, ulong seed, int number)
    {
        string key = number.ToString("'t'0000", CultureInfo.InvariantCulture);
        IReadOnlyDictionary<string, long> values = Placeholders.Draw(seed, number);
        if (scenario.IsBaseline)
        {
            return new PlannedTask(key, "", null, null, scenario.Request!.Fill(values));
        }

        TaskStep[] steps = [.. scenario.Steps.Select(step => step.Fill(values))];
        var plan = new TaskPlan(scenario.AnswerMaxTokens, scenario.ModelDecides ? null : steps);
        return new PlannedTask(key, scenario.Prompt!.Fill(values), plan, scenario.ModelDecides ? steps : null, default);
    }
}
