using System.Text;

namespace NodeBox.Toml.Tests;

/// <summary>Whatever the bytes are, the reader answers with a tree or with errors, soon, and in little memory.</summary>
public sealed class FuzzTests
{
    private const string Valid = """"
        # A file with every kind of value.
        title = "a \u00e9 \"b\""
        [testbed]
        name = 'lab' # comment
        numbers = [1, -2_000, 0xff, 0o17, 0b1, 1.5e-3, inf, -nan]
        days = [2026-01-31, 13:45:00.5, 2026-01-31T13:45:00, 2026-01-31 13:45:00+01:00]
        flags.on = true
        flags.off = false
        text = '''
        several
        lines'''
        joined = """
          one \
          line"""
        [nodes.n1]
        llm = { port = 8000, "quoted key" = [[1], ["x", { y = [] }]] }
        [[steps]]
        tool = "db.lookup"
        [[steps.steps]]
        tool = "😀"
        """";

    private static readonly byte[] s_valid = Encoding.UTF8.GetBytes(Valid);

    private static readonly byte[][] s_tokens =
    [
        .. "[ ] [[ ]] { } = . , # \" ' \"\"\" ''' \\ \n \r\n + - _ 0 9 e : T Z a true inf \\u \\U \t \u00e9 😀"
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(Encoding.UTF8.GetBytes),
        " "u8.ToArray(),
        "\n"u8.ToArray(),
    ];

    [Fact]
    public void The_document_that_is_mutated_is_valid()
    {
        Assert.Null(Problem(s_valid));
    }

    [Fact]
    public void Every_truncation_is_read_or_refused()
    {
        for (int length = 0; length < s_valid.Length; length++)
        {
            Problem(s_valid.AsSpan(0, length));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Problem(bytes);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Mutated_documents_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            var bytes = s_valid.ToList();
            for (int change = random.Next(1, 8); change > 0; change--)
            {
                Mutate(bytes, random);
            }

            Problem(bytes.ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_tokens_are_read_or_refused(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 3_000; round++)
        {
            Problem(Enumerable.Range(0, random.Next(60)).SelectMany(_ => s_tokens[random.Next(s_tokens.Length)]).ToArray());
        }
    }

    /// <summary>One token over and over up to the size limit, which makes whatever is more than linear show.</summary>
    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("[[")]
    [InlineData("a.")]
    [InlineData("a=[\n")]
    [InlineData("\"\"\"\n")]
    [InlineData("x\n")]
    [InlineData("[1,\n]")]
    [InlineData("[[a]]\n")]
    [InlineData("[a.b]\n")]
    [InlineData("\\ ")]
    [InlineData("0_")]
    [InlineData("1,", "a=[", "]")]
    [InlineData("9", "a=")]
    [InlineData("9", "a=0.")]
    [InlineData("!,", "a=[")]
    [InlineData("\\x", "a=\"")]
    [InlineData("[{a=1},\n", "a=[")]
    [InlineData("x y\n", "a=[\n1 2\n")]
    public void Large_repetitive_text_takes_little_time_and_memory(string token, string before = "", string after = "")
    {
        int count = (TomlDocument.MaxBytes - before.Length - after.Length) / token.Length;
        byte[] bytes = Encoding.UTF8.GetBytes(before + new StringBuilder().Insert(0, token, count) + after);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Environment.TickCount64;
        Problem(bytes);
        Assert.InRange(Environment.TickCount64 - started, 0, 20_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 400L << 20);
    }

    private static void Mutate(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at - 1));
                break;
            case 2:
                bytes.InsertRange(at, s_tokens[random.Next(s_tokens.Length)]);
                break;
            default:
                bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                break;
        }
    }

    /// <summary>The errors of a document, or null; any other exception fails the test.</summary>
    private static string? Problem(ReadOnlySpan<byte> utf8)
    {
        try
        {
            TomlDocument.Parse(utf8, "f");
            return null;
        }
        catch (TomlException error)
        {
            Assert.NotEmpty(error.Errors);
            Assert.All(error.Errors, found => Assert.True(found.Line >= 1 && found.Column >= 1 && found.Message.Length > 10));
            return error.Message;
        }
    }
}
