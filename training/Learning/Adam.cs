using System.Runtime.Intrinsics;
using NodeBox.Training.Network;

namespace NodeBox.Training.Learning;

/// <summary>The step of Adam (Kingma and Ba, 2015) for one tensor.</summary>
internal static unsafe class Adam
{
    private const float First = 0.9f;
    private const float Second = 0.98f;
    private const float Epsilon = 1e-9f;
    private const int Lane = 16;

    /// <summary>Takes step number <paramref name="step"/>, from 1. All pointers are to the tensor's first float.</summary>
    public static void Step(Tensor tensor, float* weights, float* gradient, float* mean, float* square, float rate, int step)
    {
        float meanScale = 1 / (1 - Power(First, step));
        float squareScale = 1 / (1 - Power(Second, step));
        Vector512<float> epsilon = Vector512.Create(Epsilon);
        for (int i = 0; i < tensor.Length; i += Lane)
        {
            Vector512<float> g = Vector512.Load(gradient + i);
            Vector512<float> m = (Vector512.Load(mean + i) * First) + (g * (1 - First));
            Vector512<float> v = (Vector512.Load(square + i) * Second) + (g * g * (1 - Second));
            m.Store(mean + i);
            v.Store(square + i);
            Vector512<float> change = m * meanScale / (Vector512.Sqrt(v * squareScale) + epsilon);
            (Vector512.Load(weights + i) - (change * rate)).Store(weights + i);
        }
    }

    // Math.Pow is the C library's, which may round otherwise on another machine.
    private static float Power(float x, int exponent)
    {
        float power = 1;
        for (int i = 0; i < exponent && power > 0; i++)
        {
            power *= x;
        }

        return power;
    }
}
