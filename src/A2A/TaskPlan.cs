using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.A2A;

/// <summary>
/// nodebox's extension of an A2A message: who decides what the agent does, the scenario or the agent's model. It travels as a data part of
/// the message, so that an agent that gets a message without one (from a foreign client) just answers.
/// </summary>
/// <param name="AnswerMaxTokens">Upper bound of tokens of the final answer.</param>
/// <param name="Steps">What the agent does, in order, before it answers; null leaves it to the model.</param>
public sealed record TaskPlan(
    [property: JsonPropertyName("answer_max_tokens")] int AnswerMaxTokens,
    [property: JsonPropertyName("steps")] IReadOnlyList<TaskStep>? Steps = null)
{
    /// <summary>The extension's URI, stated in the agent card and as the data part's key.</summary>
    public const string ExtensionUri = "urn:nodebox:a2a:plan:v1";

    /// <summary>The data part that carries this plan: an object with the one key <see cref="ExtensionUri"/>.</summary>
    public Part ToPart()
    {
        var keyed = new Dictionary<string, TaskPlan> { [ExtensionUri] = this };
        JsonElement data = JsonSerializer.SerializeToElement(keyed, A2AJson.Default.DictionaryStringTaskPlan);
        return new Part(Data: data, MediaType: "application/json");
    }

    /// <summary>The plan that <paramref name="message"/> carries, or null.</summary>
    /// <exception cref="A2AException">The plan is malformed; the message says where.</exception>
    public static TaskPlan? Of(Message message)
    {
        if (message.Parts.FirstOrDefault(IsIn) is not { Data: { } data })
        {
            return null;
        }

        TaskPlan plan = Params.Read(data, A2AJson.Default.DictionaryStringTaskPlan)[ExtensionUri];
        if (plan.AnswerMaxTokens < 1)
        {
            throw new A2AException(A2AErrorCode.InvalidParams, "answer_max_tokens: at least 1 is needed");
        }

        CheckSteps(plan.Steps ?? [], "steps");
        return plan;
    }

    internal static bool IsIn(Part part) =>
        part.Data is { ValueKind: JsonValueKind.Object } data
        && data.TryGetProperty(ExtensionUri, out JsonElement plan)
        && plan.ValueKind == JsonValueKind.Object;

    /// <exception cref="A2AException">A step is not exactly one decision, or lacks what it needs.</exception>
    internal static void CheckSteps(IReadOnlyList<TaskStep> steps, string path)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            string at = $"{path}[{i}]";
            if (steps[i] is not { } step
                || new[] { step.Tool, step.Delegate, step.Service }.Count(static target => target is not null) != 1)
            {
                throw new A2AException(A2AErrorCode.InvalidParams, $"{at}: exactly one of tool, delegate and service must be set");
            }

            if (step.Arguments is { ValueKind: not JsonValueKind.Object })
            {
                throw new A2AException(A2AErrorCode.InvalidParams, $"{at}.arguments: an object is expected");
            }

            if (step.Delegate is not null && string.IsNullOrEmpty(step.Text))
            {
                throw new A2AException(A2AErrorCode.InvalidParams, $"{at}.text: a delegated subtask needs a text");
            }

            CheckSteps(step.Steps ?? [], $"{at}.steps");
        }
    }
}

/// <summary>One decision. Exactly one of <see cref="Tool"/>, <see cref="Delegate"/> and <see cref="Service"/> is set.</summary>
/// <param name="Tool">An MCP tool as "server.tool", for example "db.lookup_order".</param>
/// <param name="Delegate">An agent to send a subtask to, for example "agent-b".</param>
/// <param name="Service">A service outside the agents to call, for example "gateway".</param>
/// <param name="Arguments">The tool's or the service's arguments, a JSON object.</param>
/// <param name="Text">The subtask's text, with <see cref="Delegate"/>.</param>
/// <param name="Steps">The subtask's own steps, with <see cref="Delegate"/>.</param>
public sealed record TaskStep(
    [property: JsonPropertyName("tool"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tool = null,
    [property: JsonPropertyName("delegate"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Delegate = null,
    [property: JsonPropertyName("service"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Service = null,
    [property: JsonPropertyName("arguments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Arguments = null,
    [property: JsonPropertyName("text"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonPropertyName("steps"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyList<TaskStep>? Steps = null)
{
    private static readonly JsonElement s_noArguments = JsonDocument.Parse("{}").RootElement;

    /// <summary>Whether both lists do the same in the same order.</summary>
    public static bool AreSame(IReadOnlyList<TaskStep> some, IReadOnlyList<TaskStep> others) =>
        some.Count == others.Count && some.Zip(others).All(static pair => pair.First.IsSameAs(pair.Second));

    // No arguments are an object without members, and arguments are equal as JSON values: 0 is 0.0, and order does not matter.
    private bool IsSameAs(TaskStep other) =>
        (Tool, Delegate, Service, Text) == (other.Tool, other.Delegate, other.Service, other.Text)
        && JsonElement.DeepEquals(Arguments ?? s_noArguments, other.Arguments ?? s_noArguments)
        && AreSame(Steps ?? [], other.Steps ?? []);
}
