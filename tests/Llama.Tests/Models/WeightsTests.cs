using System.Buffers.Binary;
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

    [Fact]
    public void Are_the_same_quantised_up_to_half_a_step()
    {
        float[] exact = new Weights(3).Matrix(inputs: 64, outputs: 2);
        using var stream = new MemoryStream();
        new Weights(3).WriteQuantised(stream, inputs: 64, outputs: 2);
        byte[] blocks = stream.ToArray();

        Assert.Equal(4 * 34, blocks.Length);
        for (int i = 0; i < exact.Length; i++)
        {
            ReadOnlySpan<byte> block = blocks.AsSpan(i / 32 * 34, 34);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(block);
            Assert.Equal(exact[i], scale * (sbyte)block[2 + (i % 32)], scale * 0.6f);
        }
    }
}
