using System.Text;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Inference;

public sealed class Utf8PiecesTests
{
    [Fact]
    public void Gives_whole_characters_however_the_bytes_are_split()
    {
        var random = new Random(4);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = i % 2 == 0 ? Encoding.UTF8.GetBytes(RandomText(random)) : RandomBytes(random);
            var pieces = new Utf8Pieces();
            string text = "";
            for (int at = 0; at < bytes.Length;)
            {
                int length = Math.Min(random.Next(1, 4), bytes.Length - at);
                string piece = pieces.Add(bytes.AsSpan(at, length));
                Assert.All(piece.EnumerateRunes(), rune => Assert.True(rune != Rune.ReplacementChar || i % 2 == 1));
                text += piece;
                at += length;
            }

            Assert.Equal(Encoding.UTF8.GetString(bytes), text + pieces.Flush());
        }
    }

    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(3) switch
    {
        0 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
        1 => ((char)random.Next(0x80, 0xD800)).ToString(),
        _ => ((char)random.Next(0x80)).ToString(),
    }));

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[random.Next(12)];
        random.NextBytes(bytes);
        return bytes;
    }
}
