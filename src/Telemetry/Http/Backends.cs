using System.Diagnostics;

namespace NodeBox.Telemetry.Http;

/// <summary>The testbed's topologies: where agents find their LLM.</summary>
public static class Backends
{
    /// <summary>All agents use the one llm node.</summary>
    public const string Shared = "shared";

    /// <summary>Each agent uses the llm of its own node.</summary>
    public const string Separate = "separate";

    public static readonly IReadOnlyList<string> All = [Shared, Separate];

    /// <summary>The baggage key by which a task says which topology it runs in, where a run compares both.</summary>
    public const string Baggage = "nodebox.llm";

    // As long as each other: headers must not be longer in one of two topologies that are compared.
    private const string One = "one";
    private const string Own = "own";

    /// <summary>Makes every agent that works at this task use that topology's LLM.</summary>
    public static void Choose(Activity task, string backends) => task.SetBaggage(Baggage, backends == Separate ? Own : One);

    /// <summary>Whether a task has chosen <see cref="Separate"/>.</summary>
    public static bool ChoseSeparate(Activity? span) => span?.GetBaggageItem(Baggage) == Own;
}
