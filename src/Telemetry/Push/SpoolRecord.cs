using System.Buffers.Binary;

namespace NodeBox.Telemetry.Push;

/// <summary>
/// One record of a segment, little-endian: length of the payload (4 bytes), CRC-32C of all that follows (4), sequence (8), count of the
/// telemetry records inside (4), payload.
/// </summary>
internal static class SpoolRecord
{
    public const int HeaderBytes = 20;
    public const int MaxPayloadBytes = 4 << 20;

    private const int ChecksummedFrom = 8;

    public static byte[] Encode(ulong sequence, int count, ReadOnlySpan<byte> payload)
    {
        byte[] record = new byte[HeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(8), sequence);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(16), count);
        payload.CopyTo(record.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Crc32C.Of(record.AsSpan(ChecksummedFrom)));
        return record;
    }

    /// <summary>
    /// Reads the record at <paramref name="offset"/>; null where there is none that is whole, which is where a crash tore the file.
    /// </summary>
    public static SpooledBatch? ReadAt(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (RandomAccess.Read(file, header, offset) != HeaderBytes)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxPayloadBytes)
        {
            return null;
        }

        byte[] checksummed = new byte[HeaderBytes - ChecksummedFrom + length];
        if (RandomAccess.Read(file, checksummed, offset + ChecksummedFrom) != checksummed.Length
            || Crc32C.Of(checksummed) != BinaryPrimitives.ReadUInt32LittleEndian(header[4..]))
        {
            return null;
        }

        return new SpooledBatch(
            BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            checksummed.AsMemory(HeaderBytes - ChecksummedFrom));
    }
}

/// <param name="Sequence">Its number in the spool.</param>
/// <param name="Count">How many telemetry records it holds.</param>
/// <param name="Payload">The serialised batch.</param>
internal readonly record struct SpooledBatch(ulong Sequence, int Count, ReadOnlyMemory<byte> Payload);
