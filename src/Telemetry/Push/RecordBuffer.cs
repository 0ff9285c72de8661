using Google.Protobuf;
using Google.Protobuf.Collections;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Push;

/// <summary>
/// Records in memory on their way to the disk, gathered into batches. Thread-safe; adding one is a size computation and a short lock.
/// </summary>
internal sealed class RecordBuffer(PushSettings settings)
{
    private readonly Lock _gate = new();
    private readonly Queue<FilledBatch> _closed = [];
    private Batch _open = new();
    private int _openCount;
    private int _openBytes;
    private int _total;

    /// <summary>
    /// Adds a record to the field of the open batch. False if the buffer is full or the record is larger than a batch may be.
    /// </summary>
    public bool TryAdd<T>(Func<Batch, RepeatedField<T>> field, T record)
        where T : IMessage<T>
    {
        int bytes = record.CalculateSize();
        lock (_gate)
        {
            if (_total >= settings.BufferRecords || bytes > settings.BatchBytes)
            {
                return false;
            }

            if (_openCount >= settings.BatchRecords || _openBytes + bytes > settings.BatchBytes)
            {
                Close();
            }

            field(_open).Add(record);
            _openCount++;
            _openBytes += bytes;
            _total++;
            return true;
        }
    }

    /// <summary>Takes everything that has been added so far, oldest first.</summary>
    public IReadOnlyList<FilledBatch> TakeAll()
    {
        lock (_gate)
        {
            if (_openCount > 0)
            {
                Close();
            }

            FilledBatch[] taken = [.. _closed];
            _closed.Clear();
            _total = 0;
            return taken;
        }
    }

    private void Close()
    {
        _open.Node = settings.Node;
        _open.BootId = settings.BootId;
        _closed.Enqueue(new FilledBatch(_open, _openCount));
        _open = new Batch();
        _openCount = 0;
        _openBytes = 0;
    }
}

/// <param name="Batch">A batch without spool id and sequence.</param>
/// <param name="Count">How many records it holds.</param>
internal readonly record struct FilledBatch(Batch Batch, int Count);
