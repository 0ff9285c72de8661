using System.Text;

namespace NodeBox.Lab.Tests;

public sealed class NodeLogTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nodebox-lab-test-");

    private string File1 => Path.Combine(_folder.FullName, "n1.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Keeps_the_end_in_at_most_twice_the_limit()
    {
        using (var log = new NodeLog(File1, limit: 1000))
        {
            for (int line = 0; line < 500; line++)
            {
                log.Write(Encoding.UTF8.GetBytes($"line {line}\n"));
            }
        }

        Assert.InRange(new FileInfo(File1).Length, 1, 1000);
        Assert.InRange(new FileInfo(File1 + ".1").Length, 900, 1000);
        string kept = File.ReadAllText(File1 + ".1") + File.ReadAllText(File1);
        Assert.EndsWith("line 497\nline 498\nline 499\n", kept);
        Assert.Equal(2, _folder.GetFiles().Length);
    }

    [Fact]
    public async Task Copies_a_stream_to_its_end()
    {
        byte[] bytes = new byte[100_000];
        new Random(7).NextBytes(bytes);
        using (var log = new NodeLog(File1))
        {
            await log.CopyFromAsync(new MemoryStream(bytes));
        }

        Assert.Equal(bytes, File.ReadAllBytes(File1));
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("one", new[] { "one" })]
    [InlineData("one\ntwo\n\n  \nthree\n", new[] { "two", "three" })]
    public void Tail_gives_the_last_lines_that_are_not_blank(string content, string[] lines)
    {
        File.WriteAllText(File1, content);
        Assert.Equal(lines, NodeLog.Tail(File1, 2));
    }

    [Fact]
    public void Tail_reads_no_more_than_the_end_of_a_long_file()
    {
        File.WriteAllText(File1, new string('x', 1 << 20) + "\nlast\n");
        Assert.Equal("last", NodeLog.Tail(File1, 1).Single());
        Assert.Equal((8 << 10) - "\nlast\n".Length, NodeLog.Tail(File1, 2)[0].Length);
    }

    [Fact]
    public void Tail_of_no_file_is_empty() => Assert.Empty(NodeLog.Tail(File1, 5));
}
