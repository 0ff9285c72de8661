using NodeBox.Probes.Native.Asm;

namespace NodeBox.Probes.Native.Tests.Asm;

public sealed class FieldTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "100:1")]
    [InlineData(7, "100:4 104:2 106:1")]
    [InlineData(16, "100:8 108:8")]
    [InlineData(27, "100:8 108:8 116:8 124:2 126:1")]
    public void Is_cut_into_words_largest_first(int size, string expected)
    {
        Field field = new(100, size);

        Assert.Equal(expected, string.Join(' ', field.Words().Select(word => $"{word.Offset}:{word.Size}")));
    }
}
