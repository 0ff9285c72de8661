using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>Reads what a <see cref="LineWriter{T}"/> wrote. Used by one thread, which it blocks.</summary>
internal sealed class LineReader<T>(Stream stream, JsonTypeInfo<T> type)
    where T : class
{
    private byte[] _buffer = new byte[1 << 16];
    private int _begin;
    private int _end;

    /// <summary>The next message; null at the end. A line that the end cut short is none.</summary>
    /// <exception cref="JsonException">A line is not such a message.</exception>
    public T? Read()
    {
        int seen = _begin;
        while (true)
        {
            int length = _buffer.AsSpan(seen, _end - seen).IndexOf((byte)'\n');
            if (length >= 0)
            {
                ReadOnlySpan<byte> line = _buffer.AsSpan(_begin, seen + length - _begin);
                _begin = seen + length + 1;
                return JsonSerializer.Deserialize(line, type);
            }

            seen = MakeRoom();
            int count = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }
    }

    /// <summary>Moves what was not taken to the front, in a larger buffer if it fills this one; the result is where it ends.</summary>
    private int MakeRoom()
    {
        int held = _end - _begin;
        byte[] target = held == _buffer.Length ? new byte[2 * held] : _buffer;
        Buffer.BlockCopy(_buffer, _begin, target, 0, held);
        (_buffer, _begin, _end) = (target, 0, held);
        return held;
    }
}
