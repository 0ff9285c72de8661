using System.Globalization;

namespace NodeBox.Benchmarks.Devices;

/// <summary>
/// How far logits are from those of the processor: the sum of the squared differences over that of the squares, as llama.cpp's own
/// test-backend-ops measures.
/// </summary>
/// <param name="Mean">Over all tokens.</param>
/// <param name="Worst">Of one token.</param>
/// <param name="SameFirst">The share of tokens after which both find the same one likeliest.</param>
internal sealed record LogitsDifference(double Mean, double Worst, double SameFirst)
{
    /// <summary>
    /// Four times what test-backend-ops allows a single matrix product: the errors of the layers add up. The processor's two attention
    /// kernels are 7e-4 apart; a device that computes nothing is 1 away.
    /// </summary>
    public const double MostMean = 2e-3;

    /// <summary>What one token may have.</summary>
    public const double MostWorst = 1e-2;

    /// <summary>Whether it is within the tolerance. Not a number, which a device that fails computes, is not.</summary>
    public bool IsTolerable => Mean <= MostMean && Worst <= MostWorst;

    public static LogitsDifference Between(float[][] reference, float[][] other)
    {
        double[] errors = [.. reference.Zip(other, Error)];
        double same = reference.Zip(other, static (a, b) => First(a) == First(b) ? 1.0 : 0.0).Average();
        return new LogitsDifference(errors.Average(), errors.Max(), same);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"error {Mean:0.0e+0} in the mean (at most {MostMean:0e+0}), {Worst:0.0e+0} at the worst (at most {MostWorst:0e+0}); {SameFirst:0 %} have the same likeliest token");

    private static double Error(float[] reference, float[] other)
    {
        double difference = reference.Zip(other, static (a, b) => Math.Pow((double)a - b, 2)).Sum();
        double error = difference / reference.Sum(static a => (double)a * a);
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static int First(float[] logits) => Array.IndexOf(logits, logits.Max());
}
