using System.Runtime.InteropServices;
using System.Text;

namespace NodeBox.Llama.Gguf;

/// <summary>
/// Writes a GGUF version 3 file: a header, key-value metadata, tensor descriptions, and tensor data aligned to 32 bytes.
/// The same calls give the same bytes. Source: ggml's docs/gguf.md.
/// </summary>
public sealed class GgufWriter
{
    internal const uint Magic = 0x46554747;
    internal const uint Version = 3;
    internal const int Alignment = 32;

    private readonly List<Action<BinaryWriter>> _metadata = [];
    private readonly List<(string Name, ulong[] Shape, uint Type, ulong Bytes, Action<Stream> Write)> _tensors = [];

    public void Add(string key, uint value) => AddValue(key, GgufType.UInt32, w => w.Write(value));

    public void Add(string key, float value) => AddValue(key, GgufType.Float32, w => w.Write(value));

    public void Add(string key, bool value) => AddValue(key, GgufType.Bool, w => w.Write(value));

    public void Add(string key, string value) => AddValue(key, GgufType.String, w => WriteText(w, value));

    public void Add(string key, IReadOnlyList<string> values) => AddArray(key, GgufType.String, values, WriteText);

    public void Add(string key, IReadOnlyList<float> values) => AddArray(key, GgufType.Float32, values, (w, value) => w.Write(value));

    public void Add(string key, IReadOnlyList<int> values) => AddArray(key, GgufType.Int32, values, (w, value) => w.Write(value));

    /// <summary>
    /// Adds a tensor of 32-bit floats. <paramref name="shape"/> is in ggml's order: the first dimension is the contiguous one.
    /// </summary>
    public void AddTensor(string name, float[] data, params ulong[] shape)
    {
        if (Elements(shape) != (ulong)data.Length)
        {
            throw new ArgumentException($"Tensor {name} has {data.Length} elements, but its shape holds {Elements(shape)}.", nameof(data));
        }

        AddTensor(name, GgmlType.F32, stream => stream.Write(MemoryMarshal.AsBytes(data.AsSpan())), shape);
    }

    /// <summary>Adds a tensor whose data is written only when its place in the file has come; tensors are written in the order of adding.</summary>
    internal void AddTensor(string name, uint type, Action<Stream> write, params ulong[] shape) =>
        _tensors.Add((name, shape, type, GgmlType.Of(type).SizeOf(Elements(shape)), write));

    /// <summary>Writes the file to <paramref name="stream"/> from its current position, which must be a multiple of 32.</summary>
    public void WriteTo(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        foreach (Action<BinaryWriter> write in _metadata)
        {
            write(writer);
        }

        WriteTensorDescriptions(writer);
        foreach ((string name, _, _, ulong bytes, Action<Stream> write) in _tensors)
        {
            Align(writer);
            long begin = stream.Position;
            write(stream);
            if ((ulong)(stream.Position - begin) != bytes)
            {
                throw new InvalidOperationException($"Tensor {name} wrote {stream.Position - begin} bytes, but has {bytes}.");
            }
        }

        Align(writer);
    }

    private void WriteTensorDescriptions(BinaryWriter writer)
    {
        ulong offset = 0;
        foreach ((string name, ulong[] shape, uint type, ulong bytes, _) in _tensors)
        {
            WriteText(writer, name);
            writer.Write((uint)shape.Length);
            foreach (ulong dimension in shape)
            {
                writer.Write(dimension);
            }

            writer.Write(type);
            writer.Write(offset);
            offset = Aligned(offset + bytes);
        }
    }

    private void AddValue(string key, GgufType type, Action<BinaryWriter> write) => _metadata.Add(writer =>
    {
        WriteText(writer, key);
        writer.Write((uint)type);
        write(writer);
    });

    private void AddArray<T>(string key, GgufType type, IReadOnlyList<T> values, Action<BinaryWriter, T> write) =>
        AddValue(key, GgufType.Array, writer =>
        {
            writer.Write((uint)type);
            writer.Write((ulong)values.Count);
            foreach (T value in values)
            {
                write(writer, value);
            }
        });

    private static void WriteText(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void Align(BinaryWriter writer)
    {
        writer.Flush();
        ulong position = (ulong)writer.BaseStream.Position;
        writer.Write(new byte[Aligned(position) - position]);
    }

    private static ulong Elements(ulong[] shape) => shape.Aggregate(1ul, (product, dimension) => product * dimension);

    private static ulong Aligned(ulong offset) => (offset + Alignment - 1) / Alignment * Alignment;
}
