using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace NodeBox.Telemetry.Push;

/// <summary>One append-only file of a spool, named by the first sequence it may hold.</summary>
internal sealed class SpoolSegment : IDisposable
{
    public const string Suffix = ".segment";

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private SpoolSegment(string path, ulong first)
    {
        _path = path;
        First = first;
        Last = first - 1;
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>The first sequence that it holds or will hold.</summary>
    public ulong First { get; }

    /// <summary>The last sequence that it holds; <see cref="First"/> - 1 while it is empty.</summary>
    public ulong Last { get; private set; }

    /// <summary>Bytes of whole records.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that <see cref="Recover"/> cut off.</summary>
    public long TornBytes { get; private set; }

    public static SpoolSegment Create(string directory, ulong first) =>
        new(Path.Combine(directory, first.ToString("D20", CultureInfo.InvariantCulture) + Suffix), first);

    /// <summary>Opens a segment that an earlier process left, and cuts off what follows its last whole record.</summary>
    public static SpoolSegment Recover(string path)
    {
        ulong first = ulong.Parse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture);
        SpoolSegment segment = new(path, first);
        while (SpoolRecord.ReadAt(segment._file, segment.Length) is { } batch && batch.Sequence > segment.Last)
        {
            segment.Advance(batch.Sequence, batch.Payload.Length);
        }

        segment.TornBytes = RandomAccess.GetLength(segment._file) - segment.Length;
        RandomAccess.SetLength(segment._file, segment.Length);
        return segment;
    }

    public void Append(ulong sequence, int count, ReadOnlySpan<byte> payload)
    {
        RandomAccess.Write(_file, SpoolRecord.Encode(sequence, count, payload), Length);
        Advance(sequence, payload.Length);
    }

    /// <summary>The batch at <paramref name="offset"/>, which moves behind it; null at the end.</summary>
    /// <exception cref="InvalidDataException">The file has changed since it was written.</exception>
    public SpooledBatch? Read(ref long offset)
    {
        if (offset >= Length)
        {
            return null;
        }

        SpooledBatch batch = SpoolRecord.ReadAt(_file, offset)
            ?? throw new InvalidDataException($"{_path} is damaged at byte {offset}: something else has written to it");
        offset += SpoolRecord.HeaderBytes + batch.Payload.Length;
        return batch;
    }

    public void Delete()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file.Dispose();

    private void Advance(ulong sequence, int payloadBytes)
    {
        Last = sequence;
        Length += SpoolRecord.HeaderBytes + payloadBytes;
    }
}
