using System.Buffers.Binary;
using System.Text;

namespace NodeBox.Llama.Gguf;

/// <summary>
/// Reads little-endian fields and refuses to go beyond the end of the stream. The label of each read names the field in the error.
/// </summary>
internal sealed class GgufReader(Stream stream)
{
    private const int MaxText = 1 << 24;
    private const int MaxTextTogether = 1 << 26;
    private const int MaxNumbers = 4096;

    private readonly long _length = stream.Length;
    private long _text;

    public uint UInt32(string label)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Fill(bytes, label);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong UInt64(string label)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Fill(bytes, label);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public string Text(string label)
    {
        byte[] bytes = new byte[TextLength(label)];
        _text += bytes.Length;
        if (_text > MaxTextTogether)
        {
            throw new InvalidDataException($"its texts are longer than {MaxTextTogether} bytes together");
        }

        Fill(bytes, label);
        return Encoding.UTF8.GetString(bytes);
    }

    public double Number(GgufType type, string label)
    {
        Span<byte> bytes = stackalloc byte[SizeOf(type, label)];
        Fill(bytes, label);
        return type switch
        {
            GgufType.UInt8 or GgufType.Bool => bytes[0],
            GgufType.Int8 => (sbyte)bytes[0],
            GgufType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            GgufType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        };
    }

    /// <summary>Reads an array; only a short one of numbers is kept.</summary>
    public GgufArray Array(string label)
    {
        var type = (GgufType)UInt32(label);
        ulong count = UInt64(label);
        if (type == GgufType.String)
        {
            for (ulong i = 0; i < count; i++)
            {
                Skip((uint)TextLength(label), label);
            }

            return new GgufArray(count, []);
        }

        if (count > MaxNumbers)
        {
            Skip((UInt128)count * (uint)SizeOf(type, label), label);
            return new GgufArray(count, []);
        }

        double[] numbers = new double[count];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Number(type, label);
        }

        return new GgufArray(count, numbers);
    }

    private static int SizeOf(GgufType type, string label) => type switch
    {
        GgufType.UInt8 or GgufType.Int8 or GgufType.Bool => 1,
        GgufType.UInt16 or GgufType.Int16 => 2,
        GgufType.UInt32 or GgufType.Int32 or GgufType.Float32 => 4,
        GgufType.UInt64 or GgufType.Int64 or GgufType.Float64 => 8,
        _ => throw new InvalidDataException($"{label} has type {(uint)type}, which this program does not read"),
    };

    private int TextLength(string label)
    {
        ulong length = UInt64(label);
        if (length > MaxText || (long)length > _length - stream.Position)
        {
            throw new InvalidDataException($"it is truncated: the text of {label} has {length} bytes");
        }

        return (int)length;
    }

    private void Skip(UInt128 bytes, string label)
    {
        if (bytes > (ulong)(_length - stream.Position))
        {
            throw new InvalidDataException($"it is truncated in {label}");
        }

        stream.Position += (long)bytes;
    }

    private void Fill(Span<byte> bytes, string label)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            throw new InvalidDataException($"it is truncated in {label}");
        }
    }
}
