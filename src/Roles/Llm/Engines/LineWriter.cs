using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// Writes messages to a pipe from a thread of its own, a line of JSON each, as many in a write as there are. Any thread may add messages;
/// what they may come to is for those to bound.
/// </summary>
internal sealed class LineWriter<T>
{
    private const int WriteSize = 1 << 16;

    private readonly BlockingCollection<T> _messages = [];
    private readonly Stream _stream;
    private readonly JsonTypeInfo<T> _type;
    private readonly Thread _thread;

    /// <param name="stream">The pipe, which is closed at the end.</param>
    /// <param name="type">How a message is written.</param>
    public LineWriter(Stream stream, JsonTypeInfo<T> type)
    {
        _stream = stream;
        _type = type;
        _thread = new Thread(WriteAll) { Name = "engine pipe out", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Adds a message; one that is added after the end, or for a reader that is gone, is lost.</summary>
    public void Add(T message)
    {
        try
        {
            _messages.Add(message);
        }
        catch (InvalidOperationException)
        {
            // After the end.
        }
    }

    /// <summary>Takes no more messages; what was added is still written, and then the pipe is closed.</summary>
    public void Complete() => _messages.CompleteAdding();

    /// <summary>Completes, and waits until all is written.</summary>
    public void Finish()
    {
        Complete();
        _thread.Join();
    }

    private void WriteAll()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        try
        {
            foreach (T message in _messages.GetConsumingEnumerable())
            {
                JsonSerializer.Serialize(json, message, _type);
                json.Reset();
                buffer.Write("\n"u8);
                if (_messages.Count == 0 || buffer.WrittenCount >= WriteSize)
                {
                    _stream.Write(buffer.WrittenSpan);
                    _stream.Flush();
                    buffer.ResetWrittenCount();
                }
            }

            _stream.Close();
        }
        catch (IOException)
        {
            // The reader is gone, and whoever started this end sees that by itself.
            _messages.CompleteAdding();
        }
    }
}
