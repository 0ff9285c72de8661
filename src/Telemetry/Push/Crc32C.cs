using System.Buffers.Binary;
using System.Numerics;

namespace NodeBox.Telemetry.Push;

/// <summary>The Castagnoli checksum of RFC 3720, by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte octet in bytes)
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return ~crc;
    }
}
