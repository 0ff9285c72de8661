using System.Runtime.InteropServices;

namespace NodeBox.Training.Network;

/// <summary>Zeroed floats outside the managed heap, aligned to a cache line. The owner disposes them.</summary>
internal sealed unsafe class Buffer : IDisposable
{
    private const int Alignment = 64;

    public Buffer(long length)
    {
        Length = length;
        Start = (float*)NativeMemory.AlignedAlloc((nuint)(length * sizeof(float)), Alignment);
        Clear();
    }

    public float* Start { get; private set; }

    public long Length { get; }

    public Span<float> Span => new(Start, checked((int)Length));

    public void Clear() => Span.Clear();

    public void Dispose()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
    }
}
