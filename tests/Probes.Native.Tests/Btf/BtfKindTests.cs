using System.Buffers.Binary;
using System.Text;
using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Tests.Btf;

/// <summary>Each kind alone, followed by a struct that is found only if the kind's record was skipped by the right length.</summary>
public sealed class BtfKindTests
{
    [Theory]
    [InlineData(1, 0, 4)]
    [InlineData(2, 0, 0)]
    [InlineData(3, 0, 12)]
    [InlineData(4, 2, 24)]
    [InlineData(5, 1, 12)]
    [InlineData(6, 3, 24)]
    [InlineData(7, 0, 0)]
    [InlineData(8, 0, 0)]
    [InlineData(9, 0, 0)]
    [InlineData(10, 0, 0)]
    [InlineData(11, 0, 0)]
    [InlineData(12, 0, 0)]
    [InlineData(13, 2, 16)]
    [InlineData(14, 0, 4)]
    [InlineData(15, 2, 24)]
    [InlineData(16, 0, 0)]
    [InlineData(17, 0, 4)]
    [InlineData(18, 0, 0)]
    [InlineData(19, 2, 24)]
    public void Is_skipped_by_its_length(int kind, int count, int extra)
    {
        BtfSpec spec = new(Build(kind, count, extra));

        Assert.Equal(2, spec.Find(BtfKind.Struct, "s"));
        Assert.Equal(2, spec.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(31)]
    public void Is_refused_when_unknown(int kind)
    {
        Assert.Equal($"BTF kind {kind} is not known", Assert.Throws<BtfException>(() => new BtfSpec(Build(kind, 0, 0))).Message);
    }

    private static byte[] Build(int kind, int count, int extra)
    {
        byte[] strings = Encoding.ASCII.GetBytes("\0s\0");
        int typeBytes = 12 + extra + 12;
        byte[] data = new byte[24 + typeBytes + strings.Length];
        int[] header = [0x0001_eb9f, 24, 0, typeBytes, typeBytes, strings.Length];
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(4 * i), header[i]);
        }

        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(24 + 4), (kind << 24) | count);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(24 + 12 + extra), 1);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(24 + 12 + extra + 4), (int)BtfKind.Struct << 24);
        strings.CopyTo(data, 24 + typeBytes);
        return data;
    }
}
