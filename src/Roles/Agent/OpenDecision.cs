using System.Text.Json;
using NodeBox.Roles.Agent.Chat;

namespace NodeBox.Roles.Agent;

/// <summary>Reads a decision that is the model's own: one call of any function that it is offered, or an answer.</summary>
/// <param name="functions">What it is offered, by name.</param>
internal sealed class OpenDecision(IReadOnlyDictionary<string, AgentFunction> functions)
{
    /// <summary>The call in <paramref name="reply"/>, or null for an answer.</summary>
    /// <exception cref="TaskFailedException">The reply is cut off, or has several calls.</exception>
    public static ToolCall? CallIn(ChatReply reply)
    {
        if (reply.FinishReason == "length")
        {
            string doing = reply.ToolCalls is [{ } cut, ..] ? $"called {cut.Function.Name}" : "answered";
            throw new TaskFailedException($"the model ran out of tokens while it {doing}; raise decision_max_tokens");
        }

        return reply.ToolCalls.Count <= 1
            ? reply.ToolCalls.FirstOrDefault()
            : throw new TaskFailedException($"the model made {reply.ToolCalls.Count} calls at once, and was asked for one at a time");
    }

    /// <summary>What <paramref name="call"/> decides.</summary>
    /// <exception cref="TaskFailedException">There is no such function, or it refuses the arguments.</exception>
    public (AgentFunction Function, Decision Decision) Read(ToolCall call)
    {
        (string name, string text) = (call.Function.Name, call.Function.Arguments);
        if (!functions.TryGetValue(name, out AgentFunction? function))
        {
            throw new TaskFailedException($"the model called \"{name}\", which it was not offered; it was: {string.Join(", ", functions.Keys)}");
        }

        if (!Json.TryParseObject(text, out JsonElement arguments))
        {
            throw new TaskFailedException($"the model called {name} with arguments that are no JSON object: {text}");
        }

        return SchemaRules.Misfit(function.Offer.Parameters, arguments, "arguments") is { } misfit
            ? throw new TaskFailedException($"the model called {name}({text}), and {misfit}")
            : (function, Decision.Of(function.StepOf(arguments)));
    }
}
