using System.Text.Json;

namespace NodeBox.A2A;

/// <summary>
/// nodebox's extension of an artifact: the steps that an agent took where its model decided, as a data part with the one key
/// <see cref="ExtensionUri"/>. Whoever knows what should have been done can judge by them.
/// </summary>
public static class TakenSteps
{
    /// <summary>The extension's URI, stated in the agent card and as the data part's key.</summary>
    public const string ExtensionUri = "urn:nodebox:a2a:steps:v1";

    /// <summary>The data part that says <paramref name="steps"/>.</summary>
    public static Part ToPart(IReadOnlyList<TaskStep> steps)
    {
        var keyed = new Dictionary<string, IReadOnlyList<TaskStep>> { [ExtensionUri] = steps };
        JsonElement data = JsonSerializer.SerializeToElement(keyed, A2AJson.Default.DictionaryStringIReadOnlyListTaskStep);
        return new Part(Data: data, MediaType: "application/json");
    }

    /// <summary>The steps that <paramref name="task"/> reports, or null where it reports none.</summary>
    /// <exception cref="A2AException">The report is malformed; the message says where.</exception>
    public static IReadOnlyList<TaskStep>? Of(AgentTask task)
    {
        IEnumerable<Part> parts = (task.Artifacts ?? []).SelectMany(static artifact => artifact.Parts);
        if (parts.FirstOrDefault(IsIn) is not { Data: { } data })
        {
            return null;
        }

        IReadOnlyList<TaskStep> steps = Params.Read(data, A2AJson.Default.DictionaryStringIReadOnlyListTaskStep)[ExtensionUri];
        TaskPlan.CheckSteps(steps, "steps");
        return steps;
    }

    private static bool IsIn(Part part) =>
        part.Data is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty(ExtensionUri, out JsonElement steps)
        && steps.ValueKind == JsonValueKind.Array;
}
