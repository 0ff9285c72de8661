using System.Runtime.Intrinsics;

namespace NodeBox.Training.Network;

/// <summary>
/// Rotary positions (Su et al., 2021) as llama.cpp's architecture "llama" has them: neighbouring floats form the pairs that are turned.
/// </summary>
internal sealed unsafe class Rope : IDisposable
{
    private const int Lane = 16;
    private static readonly Vector512<int> s_swapped = Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);

    private readonly Buffer _cosines;
    private readonly Buffer _sines;

    /// <param name="positions">How many positions there are.</param>
    public Rope(int positions)
    {
        _cosines = new Buffer(positions * Shape.HeadWidth);
        _sines = new Buffer(positions * Shape.HeadWidth);
        for (int i = 0; i < positions * Shape.HeadWidth; i++)
        {
            int place = i % Shape.HeadWidth;
            double angle = i / Shape.HeadWidth * Frequency(place / 2);
            _cosines.Start[i] = (float)Math.Cos(angle);
            _sines.Start[i] = (float)(place % 2 == 0 ? -Math.Sin(angle) : Math.Sin(angle));
        }
    }

    /// <summary>By how much a pair of floats turns from one position to the next, in radians.</summary>
    public static double Frequency(int pair) => Math.Pow(Shape.RopeBase, -pair * 2.0 / Shape.HeadWidth);

    /// <summary>
    /// Turns the rows of <paramref name="segment"/>, of <paramref name="width"/> floats, by their positions or, for gradients, back.
    /// </summary>
    public void Turn(float* rows, Segment segment, int width, bool back = false)
    {
        Vector512<float> direction = Vector512.Create(back ? -1f : 1f);
        for (int i = 0; i < segment.Length; i++)
        {
            float* row = rows + ((nint)(segment.Start + i) * width);
            float* cosines = _cosines.Start + ((nint)(segment.PrefixLength + i) * Shape.HeadWidth);
            float* sines = _sines.Start + ((nint)(segment.PrefixLength + i) * Shape.HeadWidth);
            for (int at = 0; at < width; at += Lane)
            {
                int place = at % Shape.HeadWidth;
                Vector512<float> x = Vector512.Load(row + at);
                Vector512<float> turned = Vector512.Shuffle(x, s_swapped) * Vector512.Load(sines + place) * direction;
                Vector512.FusedMultiplyAdd(x, Vector512.Load(cosines + place), turned).Store(row + at);
            }
        }
    }

    public void Dispose()
    {
        _cosines.Dispose();
        _sines.Dispose();
    }
}
