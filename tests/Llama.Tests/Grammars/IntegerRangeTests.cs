using System.Text.RegularExpressions;
using NodeBox.Llama.Grammars;

namespace NodeBox.Llama.Tests.Grammars;

public sealed class IntegerRangeTests
{
    [Fact]
    public void Accepts_exactly_the_integers_of_every_small_range()
    {
        for (int least = -112; least <= 112; least += 3)
        {
            for (int most = least; most <= 113; most += 5)
            {
                Regex range = GbnfRegex.OfExpression(IntegerRange.Expression(least, most));
                for (int value = -130; value <= 130; value++)
                {
                    Assert.True(range.IsMatch($"{value}") == (value >= least && value <= most), $"{value} in {least} to {most}: {range}");
                }
            }
        }
    }

    [Fact]
    public void Accepts_the_neighbourhood_of_random_bounds()
    {
        var random = new Random(5);
        for (int i = 0; i < 500; i++)
        {
            long limit = (long)Math.Pow(10, random.Next(1, 19));
            long a = random.NextInt64(-limit, limit);
            long b = random.NextInt64(-limit, limit);
            (long least, long most) = (Math.Min(a, b), Math.Max(a, b));
            Regex range = GbnfRegex.OfExpression(IntegerRange.Expression(least, most));

            Assert.Matches(range, $"{least}");
            Assert.Matches(range, $"{most}");
            Assert.Matches(range, $"{random.NextInt64(least, most + 1)}");
            Assert.DoesNotMatch(range, $"{least - 1}");
            Assert.DoesNotMatch(range, $"{most + 1}");
            Assert.DoesNotMatch(range, $"0{Math.Abs(most)}");
        }
    }
}
