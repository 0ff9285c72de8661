using System.Runtime.InteropServices;
using NodeBox.Training.Network;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Learning;

/// <summary>All that a training needs to go on: the weights, the optimizer's moments, and the number of steps taken.</summary>
internal sealed class TrainingState : IDisposable
{
    public TrainingState(Shape shape, ulong seed)
    {
        var parameters = new Parameters(shape);
        Weights = new Buffer(parameters.Length);
        First = new Buffer(parameters.Length);
        Second = new Buffer(parameters.Length);
        Initial.Fill(Weights, parameters, seed);
    }

    public Buffer Weights { get; }

    /// <summary>The momentum of matrices, the mean gradients of other tensors.</summary>
    public Buffer First { get; }

    /// <summary>The mean squared gradients of tensors that are no matrices.</summary>
    public Buffer Second { get; }

    public int Step { get; set; }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path)
    {
        string unfinished = path + ".new";
        using (FileStream file = File.Create(unfinished))
        {
            file.Write(BitConverter.GetBytes(Step));
            foreach (Buffer buffer in new[] { Weights, First, Second })
            {
                file.Write(MemoryMarshal.AsBytes(buffer.Span));
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <exception cref="IOException">The file cannot be read or is of another network.</exception>
    public void Load(string path)
    {
        using FileStream file = File.OpenRead(path);
        long expected = sizeof(int) + (3 * sizeof(float) * Weights.Length);
        if (file.Length != expected)
        {
            throw new IOException($"{path} has {file.Length} bytes, and a checkpoint of this network {expected}: remove it to begin anew");
        }

        byte[] step = new byte[sizeof(int)];
        file.ReadExactly(step);
        Step = BitConverter.ToInt32(step);
        foreach (Buffer buffer in new[] { Weights, First, Second })
        {
            file.ReadExactly(MemoryMarshal.AsBytes(buffer.Span));
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        First.Dispose();
        Second.Dispose();
    }
}
