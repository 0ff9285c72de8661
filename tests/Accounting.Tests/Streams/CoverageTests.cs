namespace NodeBox.Accounting.Tests.Streams;

public sealed class CoverageTests
{
    [Fact]
    public void Says_the_same_as_a_list_of_all_bytes()
    {
        var random = new Random(3);
        for (int i = 0; i < 2000; i++)
        {
            var coverage = new Coverage();
            bool[] seen = new bool[100];
            for (int j = 0; j < 20; j++)
            {
                int begin = random.Next(100);
                int end = random.Next(begin, 101);
                Assert.Equal(seen.AsSpan(begin, end - begin).Count(false), coverage.Add(begin, end));
                seen.AsSpan(begin, end - begin).Fill(true);
                int gap = Array.IndexOf(seen, false);
                Assert.Equal(gap < 0 ? 100 : gap, coverage.Contiguous);
                Assert.Equal(Array.LastIndexOf(seen, true) + 1, coverage.End);
            }
        }
    }
}
