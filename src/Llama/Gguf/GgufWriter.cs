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
    private readonly List<(string Name, ulong[] Shape, float[] Data)> _tensors = [];

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
        ulong elements = shape.Aggregate(1ul, (product, dimension) => product * dimension);
        if (elements != (ulong)data.Length)
        {
            throw new ArgumentException($"Tensor {name} has {data.Length} elements, but its shape holds {elements}.", nameof(data));
        }

        _tensors.Add((name, shape, data));
    }

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
        foreach ((_, _, float[] data) in _tensors)
        {
            Align(writer);
            writer.Write(MemoryMarshal.AsBytes(data.AsSpan()));
        }

        Align(writer);
    }

    private void WriteTensorDescriptions(BinaryWriter writer)
    {
        ulong offset = 0;
        foreach ((string name, ulong[] shape, float[] data) in _tensors)
        {
            WriteText(writer, name);
            writer.Write((uint)shape.Length);
            foreach (ulong dimension in shape)
            {
                writer.Write(dimension);
            }

            writer.Write(GgmlType.F32);
            writer.Write(offset);
            offset = Aligned(offset + ((ulong)data.Length * sizeof(float)));
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

    private static ulong Aligned(ulong offset) => (offset + Alignment - 1) / Alignment * Alignment;
}
