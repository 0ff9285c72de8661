using NodeBox.Llama.Models;

namespace NodeBox.Llama.Tests.Models;

public sealed class WeightsTests
{
    [Fact]
    public void Come_from_the_published_generator()
    {
        // Vigna's splitmix64.c with seed 1234567, as in the tests of Telemetry's SplitMix64. Three inputs give a bound of 1.
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423];

        float[] weights = new Weights(1234567).Matrix(inputs: 3, outputs: 1);

        Assert.Equal(published.Select(static number => ((number >> 40) / 8388608f) - 1f), weights);
    }
}
