using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>Turns the tokens of a generation into the parts of an answer: text, or a tool call where a grammar allowed one.</summary>
internal sealed class Reply(bool mayCall)
{
    private readonly ToolCallReader _call = new();
    private bool? _isCall;
    private bool _begun;
    private bool _named;

    /// <summary>stop, length or tool_calls once the last token was added, else null.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>What the next token adds to the answer; nothing where it belongs to what surrounds a call's arguments.</summary>
    public Delta Add(GeneratedToken token)
    {
        if (_isCall is null && token.Text.Length > 0)
        {
            // Under the grammar of a call or a text, only a call begins so.
            _isCall = mayCall && token.Text[0] == '{';
        }

        FinishReason = token.Finish switch
        {
            null => null,
            NodeBox.Llama.Inference.FinishReason.Length => "length",
            _ => _isCall is true ? "tool_calls" : "stop",
        };
        Delta delta = _isCall is true
            ? new Delta(ToolCalls: Call(token))
            : new Delta(Content: token.Text);
        string? role = _begun ? null : "assistant";
        _begun = true;
        return delta with { Role = role };
    }

    private ToolCall[]? Call(GeneratedToken token)
    {
        string arguments = _call.Add(token.Text);
        if (FinishReason == "length")
        {
            arguments += _call.CutOff();
        }

        if (!_named && _call.Name is { } name)
        {
            _named = true;
            return [new ToolCall(0, $"call_{Guid.NewGuid():n}", "function", new CalledFunction(name, arguments))];
        }

        return arguments.Length > 0 ? [new ToolCall(0, null, null, new CalledFunction(null, arguments))] : null;
    }
}
