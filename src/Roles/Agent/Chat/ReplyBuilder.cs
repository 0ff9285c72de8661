using System.Text;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>Merges the chunks of a stream into one reply.</summary>
/// <param name="maxChars">Bound of all text that a reply may hold.</param>
internal sealed class ReplyBuilder(int maxChars)
{
    // OpenAI's own limit of parallel calls is far lower; a bound keeps a bad index from filling memory.
    private const int MaxToolCalls = 128;

    private readonly StringBuilder _content = new();
    private readonly SortedDictionary<int, PartialCall> _calls = [];
    private int _chars;
    private ChatUsage? _usage;

    /// <summary>Why generation ended, or null while it has not.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>True once a token has come: text or a piece of a call.</summary>
    public bool HasToken => _content.Length > 0 || _calls.Count > 0;

    /// <exception cref="LlmException">The reply grows beyond its bounds.</exception>
    public void Add(ChatChunk chunk)
    {
        _usage = chunk.Usage ?? _usage;
        if (chunk.Choices is not [{ } choice, ..])
        {
            return;
        }

        FinishReason = choice.FinishReason ?? FinishReason;
        Append(_content, choice.Delta?.Content);
        foreach (ToolCallDelta? delta in choice.Delta?.ToolCalls ?? [])
        {
            if (delta is not null)
            {
                AddCall(delta);
            }
        }
    }

    /// <param name="timeToFirstToken">As measured by the reader of the stream.</param>
    /// <exception cref="LlmException">The stream ended before the reply was complete, or a call has no name.</exception>
    public ChatReply Build(TimeSpan timeToFirstToken)
    {
        string reason = FinishReason ?? throw new LlmException("the LLM server ended the stream before the reply was complete");
        ToolCall[] calls = [.. _calls.Select(static entry => entry.Value.Complete(entry.Key))];
        return new ChatReply(_content.ToString(), calls, reason, _usage, timeToFirstToken);
    }

    private void AddCall(ToolCallDelta delta)
    {
        if (!_calls.TryGetValue(delta.Index, out PartialCall? call))
        {
            if (_calls.Count == MaxToolCalls)
            {
                throw new LlmException($"the LLM server sent more than {MaxToolCalls} tool calls");
            }

            call = new PartialCall();
            _calls.Add(delta.Index, call);
        }

        call.Id = delta.Id ?? call.Id;
        Append(call.Name, delta.Function?.Name);
        Append(call.Arguments, delta.Function?.Arguments);
    }

    private void Append(StringBuilder text, string? piece)
    {
        _chars += piece?.Length ?? 0;
        if (_chars > maxChars)
        {
            throw new LlmException($"the LLM server sent a reply of more than {maxChars} characters");
        }

        text.Append(piece);
    }

    private sealed class PartialCall
    {
        public string? Id { get; set; }

        public StringBuilder Name { get; } = new();

        public StringBuilder Arguments { get; } = new();

        // Some servers leave the id out; the tool's result must name one all the same.
        public ToolCall Complete(int index) => Name.Length > 0
            ? new ToolCall(Id ?? $"call_{index}", Name.ToString(), Arguments.ToString())
            : throw new LlmException("the LLM server sent a tool call without a function name");
    }
}
