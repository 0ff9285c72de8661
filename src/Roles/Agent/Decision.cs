using System.Text.Json;
using System.Text.Json.Nodes;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Agent;

/// <summary>
/// A decision that the plan takes in the model's stead. The model still generates it, token by token: the request forces the function by
/// tool_choice and each argument by <c>const</c> in that function's schema, so that a server with grammars can produce nothing else.
/// </summary>
/// <param name="Step">The plan's step.</param>
/// <param name="Function">The function to call.</param>
/// <param name="Arguments">The arguments to call it with, an object.</param>
internal sealed record Decision(TaskStep Step, string Function, JsonElement Arguments)
{
    /// <summary>What the step does, for messages to people.</summary>
    public string Title => Step.Tool ?? Step.Delegate ?? Step.Service!;

    public static Decision Of(TaskStep step) => step switch
    {
        { Tool: { } tool } => new(step, FunctionNames.Of(tool), step.Arguments ?? Json.EmptyObject),
        { Delegate: { } agent } => new(step, Peers.FunctionName, Json.Object(("agent", agent), ("text", step.Text))),
        _ => new(step, Services.FunctionName, Json.Object(("service", step.Service), ("arguments", step.Arguments ?? Json.EmptyObject))),
    };

    /// <summary>All functions as offered, but the decided one narrowed to this decision.</summary>
    public IReadOnlyList<ChatTool> Narrow(IEnumerable<AgentFunction> functions) =>
        [.. functions.Select(function => new ChatTool(function.Name == Function ? Narrow(function.Offer) : function.Offer))];

    /// <summary>The call in <paramref name="reply"/>, which must be this decision.</summary>
    /// <exception cref="TaskFailedException">The model decided otherwise, or its decision is cut off.</exception>
    public ToolCall Require(ChatReply reply)
    {
        if (reply.FinishReason == "length")
        {
            throw new TaskFailedException($"the model ran out of tokens while it called {Function}; raise decision_max_tokens");
        }

        if (reply.ToolCalls is not [{ } call])
        {
            throw new TaskFailedException($"the model made {reply.ToolCalls.Count} calls where the plan has one call of {Function}");
        }

        bool isDecided = call.Function.Name == Function
            && Json.TryParseObject(call.Function.Arguments, out JsonElement arguments)
            && JsonElement.DeepEquals(arguments, Arguments);
        return isDecided
            ? call
            : throw new TaskFailedException(
                $"the model called {call.Function.Name}({call.Function.Arguments}) "
                + $"where the plan has {Function}({Arguments.GetRawText()})");
    }

    private OfferedFunction Narrow(OfferedFunction offer) => offer with { Parameters = Json.Element(ConstantObject(Arguments)) };

    // Servers with grammars take constants of scalars only, so an object becomes a schema that allows just its members. Keywords that the
    // tool declares besides (pattern, enum, minimum) cannot narrow a constant any further.
    private static JsonObject Constant(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? ConstantObject(value) : new JsonObject { ["const"] = Json.Node(value) };

    private static JsonObject ConstantObject(JsonElement value)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            properties[member.Name] = Constant(member.Value);
            required.Add((JsonNode)member.Name);
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["additionalProperties"] = false,
        };
    }
}
