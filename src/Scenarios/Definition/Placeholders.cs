using NodeBox.Telemetry;

namespace NodeBox.Scenarios.Definition;

/// <summary>What a task can be about: a name for use in braces, and the numbers that are drawn for it, both ends included.</summary>
/// <param name="Name">The name, as in <c>{order}</c>.</param>
/// <param name="First">The least value.</param>
/// <param name="Last">The greatest.</param>
public sealed record Placeholder(string Name, long First, long Last);

/// <summary>
/// The placeholders of scenario files. The ranges are those of the seeded database behind the db tool server and the baseline chain, so
/// that every drawn id is found there.
/// </summary>
public static class Placeholders
{
    /// <summary>
    /// In the order in which they are drawn: a new one goes last, or every seed gives other tasks. The largest <c>seed</c> is the largest
    /// integer that every JSON reader keeps.
    /// </summary>
    public static readonly IReadOnlyList<Placeholder> All =
    [
        new("order", 1000, 1999),
        new("customer", 1, 200),
        new("item", 1, 50),
        new("quantity", 1, 20),
        new("seed", 0, (1L << 53) - 1),
    ];

    public static IEnumerable<string> Names => All.Select(static placeholder => placeholder.Name);

    /// <summary>The values of one task, by placeholder name.</summary>
    /// <param name="seed">The workload's seed.</param>
    /// <param name="task">The task's number; a task's values do not depend on how many tasks there are.</param>
    public static IReadOnlyDictionary<string, long> Draw(ulong seed, int task)
    {
        // Neighbouring states of SplitMix64 are one step apart in one sequence, so tasks are told apart by its output.
        ulong ofTask = new SplitMix64(seed ^ new SplitMix64((ulong)task).Next()).Next();
        var random = new SplitMix64(ofTask);
        var values = new Dictionary<string, long>();
        foreach (Placeholder placeholder in All)
        {
            values.Add(placeholder.Name, random.NextBetween(placeholder.First, placeholder.Last));
        }

        return values;
    }
}
