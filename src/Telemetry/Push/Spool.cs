using System.Security.Cryptography;
using Google.Protobuf;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Push;

/// <summary>
/// Batches on disk until the collector has them: a folder of append-only segments. Thread-safe. It survives the process's death at any
/// moment; of a machine's it keeps what the kernel had written back, since a sync for each batch would disturb what is measured.
/// When it is full, new batches are refused, so that what was accepted is never given up.
/// </summary>
internal sealed class Spool : IDisposable
{
    private const int IdBytes = 16;

    // After a machine's crash the collector may know sequences that the disk has forgotten. They must not be given to other batches.
    private const ulong RestartGap = 1 << 20;

    private readonly Lock _gate = new();
    private readonly FileStream _lock;
    private readonly string _directory;
    private readonly long _maxBytes;
    private readonly long _segmentBytes;
    private readonly LinkedList<SpoolSegment> _segments = [];
    private ulong _acked;
    private ulong _last;
    private ulong _next = 1;

    private Spool(string directory, FileStream held, long maxBytes)
    {
        _directory = directory;
        _lock = held;
        _maxBytes = maxBytes;
        _segmentBytes = Math.Max(1, maxBytes / 16);
    }

    /// <summary>16 random bytes, made with the folder.</summary>
    public ByteString Id { get; private set; } = ByteString.Empty;

    /// <summary>Bytes that were cut off when the spool was opened, because a crash had torn them.</summary>
    public long TornBytes { get; private set; }

    /// <summary>The sequence of the last batch accepted by this process or left by an earlier one; 0 if there is none.</summary>
    public ulong LastSequence
    {
        get
        {
            lock (_gate)
            {
                return _last;
            }
        }
    }

    /// <summary>
    /// Whether an exception says that the folder fails, as a disk does: it is reported and tried again, and ends nothing.
    /// </summary>
    public static bool IsFailure(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException;

    /// <summary>Opens the folder, or makes it, and recovers what an earlier process left there.</summary>
    /// <exception cref="IOException">The folder cannot be used: the message names it and says why.</exception>
    public static Spool Open(string directory, long maxBytes)
    {
        FileStream? held = null;
        try
        {
            Directory.CreateDirectory(directory);
            held = new FileStream(Path.Combine(directory, "spool.id"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            Spool spool = new(directory, held, maxBytes);
            spool.Recover();
            return spool;
        }
        catch (Exception e) when (IsFailure(e))
        {
            held?.Dispose();
            throw new IOException(
                $"cannot use the spool folder {directory}: {e.Message} It must be writable, and used by one nodebox at a time.", e);
        }
    }

    /// <summary>Gives <paramref name="batch"/> its spool id and sequence and keeps it. False if the spool is full.</summary>
    /// <param name="batch">The batch; it is changed.</param>
    /// <param name="count">How many telemetry records it holds.</param>
    /// <exception cref="IOException">The disk is full or failing.</exception>
    public bool TryAppend(Batch batch, int count)
    {
        lock (_gate)
        {
            batch.SpoolId = Id;
            batch.Sequence = _next;
            byte[] payload = batch.ToByteArray();
            if (payload.Length > SpoolRecord.MaxPayloadBytes || _segments.Sum(segment => segment.Length) + payload.Length > _maxBytes)
            {
                return false;
            }

            if (_segments.Last!.Value.Length >= _segmentBytes)
            {
                _segments.AddLast(SpoolSegment.Create(_directory, batch.Sequence));
            }

            _segments.Last.Value.Append(batch.Sequence, count, payload);
            _last = _next;
            _next++;
            return true;
        }
    }

    /// <summary>Forgets the batches up to <paramref name="sequence"/>, and deletes the segments that hold no others.</summary>
    public void Acknowledge(ulong sequence)
    {
        lock (_gate)
        {
            _acked = Math.Max(_acked, Math.Min(sequence, _last));
            while (_segments.First!.Value is { Length: > 0 } oldest && oldest.Last <= _acked)
            {
                // The next segment must exist first: its name is what remembers the sequence when everything is acknowledged.
                if (_segments.Count == 1)
                {
                    _segments.AddLast(SpoolSegment.Create(_directory, _next));
                }

                _segments.RemoveFirst();
                oldest.Delete();
            }
        }
    }

    /// <summary>
    /// The first batch behind <paramref name="cursor"/> that is not acknowledged, and moves the cursor; null if there is none yet.
    /// </summary>
    /// <exception cref="InvalidDataException">Something else has written to the folder.</exception>
    public SpooledBatch? ReadNext(ref SpoolCursor cursor)
    {
        lock (_gate)
        {
            foreach (SpoolSegment segment in _segments)
            {
                if (segment.First < cursor.Segment || segment.Last <= _acked)
                {
                    continue;
                }

                long offset = segment.First == cursor.Segment ? cursor.Offset : 0;
                while (segment.Read(ref offset) is { } batch)
                {
                    cursor = new SpoolCursor(segment.First, offset);
                    if (batch.Sequence > _acked)
                    {
                        return batch;
                    }
                }
            }

            return null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (SpoolSegment segment in _segments)
            {
                segment.Dispose();
            }

            _lock.Dispose();
        }
    }

    private void Recover()
    {
        List<SpoolSegment> left =
        [
            .. Directory.EnumerateFiles(_directory, "*" + SpoolSegment.Suffix).Order(StringComparer.Ordinal).Select(SpoolSegment.Recover),
        ];

        // Without a segment nothing remembers which sequences the id has used, so it must not be used again.
        Id = left.Count > 0 && ReadId() is { } id ? id : WriteId();
        _last = left.Where(segment => segment.Length > 0).Select(segment => segment.Last).LastOrDefault();
        _next = left.Count > 0 ? left[^1].Last + RestartGap : 1;
        TornBytes = left.Sum(segment => segment.TornBytes);
        _segments.AddLast(SpoolSegment.Create(_directory, _next));
        foreach (SpoolSegment segment in left.AsEnumerable().Reverse())
        {
            if (segment.Length > 0)
            {
                _segments.AddFirst(segment);
            }
            else
            {
                segment.Delete();
            }
        }
    }

    private ByteString? ReadId()
    {
        byte[] id = new byte[IdBytes];
        return _lock.ReadAtLeast(id, IdBytes, throwOnEndOfStream: false) == IdBytes ? ByteString.CopyFrom(id) : null;
    }

    private ByteString WriteId()
    {
        byte[] id = RandomNumberGenerator.GetBytes(IdBytes);
        _lock.SetLength(0);
        _lock.Write(id);
        _lock.Flush();
        return ByteString.CopyFrom(id);
    }
}

/// <summary>How far a reader has come; the default stands before everything.</summary>
/// <param name="Segment">The first sequence of the segment it stands in.</param>
/// <param name="Offset">The byte it stands at.</param>
internal readonly record struct SpoolCursor(ulong Segment, long Offset);
