using System.Text;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>Joins the parts of an answer into one message.</summary>
internal sealed class ReplyCollector
{
    private readonly StringBuilder _content = new();
    private readonly List<(ToolCall Call, StringBuilder Arguments)> _calls = [];

    public AnswerMessage Message => _calls.Count == 0
        ? new AnswerMessage("assistant", _content.ToString())
        : new AnswerMessage("assistant", null, [.. _calls.Select(Whole)]);

    public void Add(Delta delta)
    {
        _content.Append(delta.Content);
        foreach (ToolCall piece in delta.ToolCalls ?? [])
        {
            if (piece.Id is not null)
            {
                _calls.Add((piece, new StringBuilder()));
            }

            _calls[piece.Index!.Value].Arguments.Append(piece.Function?.Arguments);
        }
    }

    private static ToolCall Whole((ToolCall Call, StringBuilder Arguments) called) => called.Call with
    {
        Index = null,
        Function = new CalledFunction(called.Call.Function!.Name, called.Arguments.ToString()),
    };
}
