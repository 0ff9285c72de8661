using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>Turns the text of a generation into the parts of an answer: text, or tool calls where a grammar allowed them.</summary>
/// <param name="calls">What stands around a call; null where the answer may have none.</param>
internal sealed class Reply(CallTags? calls)
{
    private readonly ToolCallReader _calls = new();
    private bool? _isCall;
    private bool _begun;

    /// <summary>stop, length or tool_calls once the last piece was added, else null.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>What the next piece adds to the answer; nothing where it belongs to what surrounds a call's arguments.</summary>
    public Delta Add(TextPiece piece)
    {
        if (_isCall is null && piece.Text.Length > 0)
        {
            // Under the grammar of a call or a text, only a call begins so.
            _isCall = calls?.BeginCall(piece.Text[0]) is true;
        }

        FinishReason = NameOf(piece.Finish, _isCall is true);
        Delta delta = _isCall is true
            ? new Delta(ToolCalls: Calls(piece.Text))
            : new Delta(Content: piece.Text);
        string? role = _begun ? null : "assistant";
        _begun = true;
        return delta with { Role = role };
    }

    /// <summary>The API's word for why an answer ended; null while it has not.</summary>
    public static string? NameOf(FinishReason? finish, bool isCall = false) => finish switch
    {
        null => null,
        NodeBox.Llama.Inference.FinishReason.Length => "length",
        _ => isCall ? "tool_calls" : "stop",
    };

    private ToolCall[]? Calls(string text)
    {
        ToolCall[] calls = [.. _calls.Add(text).Select(piece => piece.Name is { } name
            ? new ToolCall(piece.Index, $"call_{Guid.NewGuid():n}", "function", new CalledFunction(name, piece.Arguments))
            : new ToolCall(piece.Index, null, null, new CalledFunction(null, piece.Arguments)))];
        return calls.Length > 0 ? calls : null;
    }
}
