using System.Runtime.Intrinsics;

namespace NodeBox.Training.Network;

/// <summary>Operations on rows of floats. Widths are multiples of 16.</summary>
internal static unsafe class Rows
{
    private const int Lane = 16;

    /// <summary>y += x.</summary>
    public static void Add(float* x, float* y, long length)
    {
        for (long i = 0; i < length; i += Lane)
        {
            (Vector512.Load(x + i) + Vector512.Load(y + i)).Store(y + i);
        }
    }

    public static float Dot(float* x, float* y, int length)
    {
        Vector512<float> sum = default;
        for (int i = 0; i < length; i += Lane)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        }

        return Vector512.Sum(sum);
    }

    /// <summary>y = x / rms(x) * weight for every row; the reciprocals of the root mean squares go to <paramref name="scales"/>.</summary>
    public static void Norm(float* x, float* weight, float* y, float* scales, int rows, int width)
    {
        for (int row = 0; row < rows; row++, x += width, y += width)
        {
            float scale = 1 / MathF.Sqrt((Dot(x, x, width) / width) + Shape.NormEpsilon);
            scales[row] = scale;
            Vector512<float> all = Vector512.Create(scale);
            for (int i = 0; i < width; i += Lane)
            {
                (Vector512.Load(x + i) * all * Vector512.Load(weight + i)).Store(y + i);
            }
        }
    }

    /// <summary>Adds to <paramref name="dx"/> and <paramref name="dWeight"/> what <paramref name="dy"/> means for them.</summary>
    public static void NormBackward(float* x, float* weight, float* scales, float* dy, float* dx, float* dWeight, int rows, int width)
    {
        for (int row = 0; row < rows; row++, x += width, dy += width, dx += width)
        {
            Vector512<float> scale = Vector512.Create(scales[row]);
            Vector512<float> sum = default;
            for (int i = 0; i < width; i += Lane)
            {
                Vector512<float> normed = Vector512.Load(x + i) * scale;
                Vector512<float> product = Vector512.Load(dy + i) * normed;
                (Vector512.Load(dWeight + i) + product).Store(dWeight + i);
                sum = Vector512.FusedMultiplyAdd(product, Vector512.Load(weight + i), sum);
            }

            Vector512<float> mean = Vector512.Create(Vector512.Sum(sum) / width);
            for (int i = 0; i < width; i += Lane)
            {
                Vector512<float> normed = Vector512.Load(x + i) * scale;
                Vector512<float> through = (Vector512.Load(dy + i) * Vector512.Load(weight + i)) - (normed * mean);
                Vector512.FusedMultiplyAdd(through, scale, Vector512.Load(dx + i)).Store(dx + i);
            }
        }
    }

    /// <summary>y = silu(gate) * up.</summary>
    public static void SwiGlu(float* gate, float* up, float* y, long length)
    {
        for (long i = 0; i < length; i += Lane)
        {
            Vector512<float> g = Vector512.Load(gate + i);
            (g / (Vector512<float>.One + Exponential.Of(-g)) * Vector512.Load(up + i)).Store(y + i);
        }
    }

    /// <summary>Turns <paramref name="gate"/> and <paramref name="up"/> into their gradients, given that of their result.</summary>
    public static void SwiGluBackward(float* gate, float* up, float* dy, long length)
    {
        for (long i = 0; i < length; i += Lane)
        {
            Vector512<float> g = Vector512.Load(gate + i);
            Vector512<float> sigmoid = Vector512<float>.One / (Vector512<float>.One + Exponential.Of(-g));
            Vector512<float> d = Vector512.Load(dy + i);
            Vector512<float> slope = sigmoid * (Vector512<float>.One + (g * (Vector512<float>.One - sigmoid)));
            (d * Vector512.Load(up + i) * slope).Store(gate + i);
            (d * g * sigmoid).Store(up + i);
        }
    }

    /// <summary>
    /// Softmax over the first <paramref name="count"/> of a row's <paramref name="width"/> floats; the others become 0.
    /// </summary>
    public static void Softmax(float* row, int count, int width, float scale)
    {
        new Span<float>(row + count, width - count).Fill(float.NegativeInfinity);
        Vector512<float> most = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < width; i += Lane)
        {
            most = Vector512.Max(most, Vector512.Load(row + i));
        }

        float max = float.NegativeInfinity;
        for (int i = 0; i < Lane; i++)
        {
            max = Math.Max(max, most[i]);
        }

        Vector512<float> shift = Vector512.Create(max * scale);
        Vector512<float> factor = Vector512.Create(scale);
        Vector512<float> sum = default;
        for (int i = 0; i < width; i += Lane)
        {
            Vector512<float> e = Exponential.Of((Vector512.Load(row + i) * factor) - shift);
            e.Store(row + i);
            sum += e;
        }

        Vector512<float> inverse = Vector512.Create(1 / Vector512.Sum(sum));
        for (int i = 0; i < width; i += Lane)
        {
            (Vector512.Load(row + i) * inverse).Store(row + i);
        }
    }

    /// <summary>Turns the gradient of a softmax's result, in <paramref name="d"/>, into that of its input.</summary>
    public static void SoftmaxBackward(float* probabilities, float* d, int width, float scale)
    {
        Vector512<float> mean = Vector512.Create(Dot(probabilities, d, width));
        Vector512<float> factor = Vector512.Create(scale);
        for (int i = 0; i < width; i += Lane)
        {
            (Vector512.Load(probabilities + i) * (Vector512.Load(d + i) - mean) * factor).Store(d + i);
        }
    }
}
