using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>
/// Writes messages to a pipe, a line of JSON each. Any thread may add messages: the one that finds nobody writing writes its own and all that
/// are added meanwhile, as many in a write as there are. So no message waits for a thread to wake, and a reader that does not read holds up
/// one thread; what the others may add is for them to bound.
/// </summary>
/// <param name="stream">The pipe, which is closed at the end.</param>
/// <param name="type">How a message is written.</param>
internal sealed class LineWriter<T>(Stream stream, JsonTypeInfo<T> type)
{
    // A long prompt need not keep its memory for ever.
    private const int KeptBytes = 1 << 20;

    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _added = new();
    private ArrayBufferWriter<byte> _taken = new();
    private bool _isWriting;
    private bool _isComplete;

    /// <summary>Adds a message; one that is added after the end, or for a reader that is gone, is lost.</summary>
    public void Add(T message)
    {
        byte[] line = JsonSerializer.SerializeToUtf8Bytes(message, type);
        lock (_gate)
        {
            if (_isComplete)
            {
                return;
            }

            _added.Write(line);
            _added.Write("\n"u8);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        WriteAll();
    }

    /// <summary>Takes no more messages; what was added is still written, and then the pipe is closed.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        WriteAll();
    }

    private void WriteAll()
    {
        try
        {
            while (TakeAdded())
            {
                stream.Write(_taken.WrittenSpan);
                stream.Flush();
                Clear();
            }
        }
        catch (IOException)
        {
            // The reader is gone, and whoever started this end sees that by itself. Nobody else writes any more.
            Volatile.Write(ref _isComplete, true);
            stream.Close();
        }
    }

    /// <summary>Takes what was added; false, and nobody writes any more, if that is nothing.</summary>
    private bool TakeAdded()
    {
        lock (_gate)
        {
            (_added, _taken) = (_taken, _added);
            _isWriting = _taken.WrittenCount > 0;
            if (!_isWriting && _isComplete)
            {
                stream.Close();
            }

            return _isWriting;
        }
    }

    private void Clear()
    {
        if (_taken.Capacity > KeptBytes)
        {
            _taken = new ArrayBufferWriter<byte>();
        }

        _taken.ResetWrittenCount();
    }
}
