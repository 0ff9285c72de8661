using System.Runtime.Intrinsics;
using NodeBox.Training.Network;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Learning;

/// <summary>
/// The step of Muon (Jordan et al., 2024) for one matrix: momentum, then the nearest orthogonal matrix, which a quintic Newton-Schulz
/// iteration approaches. It needs about half the tokens that Adam needs for networks of this size.
/// </summary>
internal sealed unsafe class Muon : IDisposable
{
    private const int Iterations = 5;
    private const float A = 3.4445f;
    private const float B = -4.7750f;
    private const float C = 2.0315f;
    private const int Lane = 16;

    private readonly Buffer _x;
    private readonly Buffer _next;
    private readonly Buffer _gram;
    private readonly Buffer _polynomial;

    /// <param name="maxLength">Floats of the largest matrix.</param>
    public Muon(int maxLength)
    {
        _x = new Buffer(maxLength);
        _next = new Buffer(maxLength);
        _gram = new Buffer(maxLength);
        _polynomial = new Buffer(maxLength);
    }

    /// <summary>Takes a step along <paramref name="gradient"/>. All pointers are to the first float of the matrix.</summary>
    public void Step(Tensor tensor, float* weights, float* gradient, float* momentum, float rate, float friction, float decay)
    {
        for (int i = 0; i < tensor.Length; i++)
        {
            momentum[i] = (friction * momentum[i]) + gradient[i];
            _x.Start[i] = gradient[i] + (friction * momentum[i]);
        }

        Orthogonalize(tensor.Inputs, tensor.Outputs);
        float scale = rate * MathF.Sqrt(MathF.Max(1, (float)tensor.Outputs / tensor.Inputs));
        for (int i = 0; i < tensor.Length; i++)
        {
            weights[i] = (weights[i] * (1 - (rate * decay))) - (scale * _x.Start[i]);
        }
    }

    public void Dispose()
    {
        _x.Dispose();
        _next.Dispose();
        _gram.Dispose();
        _polynomial.Dispose();
    }

    // X = a X + (b G + c G G) X with the smaller of the two Gram matrices, G = X X' or, from the right, X' X.
    private void Orthogonalize(int rows, int columns)
    {
        int length = rows * columns;
        float norm = MathF.Sqrt(Rows.Dot(_x.Start, _x.Start, length)) + 1e-7f;
        Scale(_x.Start, 1 / norm, length);
        int side = Math.Min(rows, columns);
        var gram = new Matrix(_gram.Start, side);
        var polynomial = new Matrix(_polynomial.Start, side);
        var next = new Matrix(_next.Start, columns);
        var x = new Matrix(_x.Start, columns);
        for (int i = 0; i < Iterations; i++)
        {
            bool wide = rows <= columns;
            Gemm.Multiply(side, side, Math.Max(rows, columns), wide ? x : x.Transposed, wide ? x.Transposed : x, gram);
            Gemm.Multiply(side, side, side, gram, gram, polynomial);
            Combine(B, _gram.Start, C, _polynomial.Start, side * side);
            Gemm.Multiply(rows, columns, side, wide ? polynomial : x, wide ? x : polynomial, next);
            Combine(A, _x.Start, 1, _next.Start, length);
            new ReadOnlySpan<float>(_next.Start, length).CopyTo(_x.Span);
        }
    }

    private static void Scale(float* x, float factor, int length)
    {
        for (int i = 0; i < length; i++)
        {
            x[i] *= factor;
        }
    }

    /// <summary>y = a x + b y.</summary>
    private static void Combine(float a, float* x, float b, float* y, int length)
    {
        for (int i = 0; i < length; i += Lane)
        {
            ((Vector512.Load(x + i) * a) + (Vector512.Load(y + i) * b)).Store(y + i);
        }
    }
}
