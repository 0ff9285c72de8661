using NodeBox.Probes.Native.Maps;

namespace NodeBox.Probes.Native.Tests.Maps;

public sealed class PossibleCpusTests
{
    [Theory]
    [InlineData("0\n", 1)]
    [InlineData("0-1\n", 2)]
    [InlineData("0-3,8-11\n", 12)]
    [InlineData("0,2,5\n", 6)]
    public void Counts_up_to_the_highest_number(string list, int expected)
    {
        Assert.Equal(expected, PossibleCpus.Parse(list));
    }
}
