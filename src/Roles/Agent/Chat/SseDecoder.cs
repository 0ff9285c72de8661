using System.Buffers;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>
/// Decodes server-sent events (WHATWG HTML, section 9.2.6) from chunks of any size. Only the data of events is kept: chat servers use
/// nothing else. Not thread-safe.
/// </summary>
/// <param name="maxEventBytes">Bound of one line and of one event's data.</param>
internal sealed class SseDecoder(int maxEventBytes)
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _data = new();
    private bool _hasData;
    private bool _afterCarriageReturn;

    /// <summary>
    /// The data of each event that <paramref name="chunk"/> completes. An event without its final blank line never completes.
    /// </summary>
    /// <exception cref="LlmException">A line or an event is longer than the bound.</exception>
    public IEnumerable<byte[]> Decode(ReadOnlyMemory<byte> chunk)
    {
        for (int i = 0; i < chunk.Length; i++)
        {
            byte next = chunk.Span[i];
            bool isRestOfCrLf = next == '\n' && _afterCarriageReturn;
            _afterCarriageReturn = next == '\r';
            if (isRestOfCrLf)
            {
                continue;
            }

            if (next is not ((byte)'\r' or (byte)'\n'))
            {
                Append(_line, [next]);
            }
            else if (EndLine() is { } data)
            {
                yield return data;
            }
        }
    }

    private byte[]? EndLine()
    {
        ReadOnlySpan<byte> line = _line.WrittenSpan;
        byte[]? completed = null;
        if (line.IsEmpty)
        {
            completed = _hasData ? _data.WrittenSpan.ToArray() : null;
            _data.ResetWrittenCount();
            _hasData = false;
        }
        else if (line.SequenceEqual("data"u8) || line.StartsWith("data:"u8))
        {
            AddData(line.Length > 5 ? line[5..] : default);
        }

        _line.ResetWrittenCount();
        return completed;
    }

    private void AddData(ReadOnlySpan<byte> value)
    {
        if (_hasData)
        {
            Append(_data, "\n"u8);
        }

        _hasData = true;
        Append(_data, value is [(byte)' ', ..] ? value[1..] : value);
    }

    private void Append(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        if (buffer.WrittenCount + bytes.Length > maxEventBytes)
        {
            throw new LlmException($"the LLM server sent an event of more than {maxEventBytes} bytes");
        }

        buffer.Write(bytes);
    }
}
