using System.Text;

namespace NodeBox.Toml.Tests;

public sealed class TomlDocumentTests
{
    [Fact]
    public void Keeps_the_order_of_keys()
    {
        var root = Parse("zeta = 1\nalpha = 2\n[mid]\n[beta]\n");
        Assert.Equal(["zeta", "alpha", "mid", "beta"], root.Entries.Select(entry => entry.Key));
    }

    [Theory]
    [InlineData("a = 1", "a", 1, 5)]
    [InlineData("\r\n\r\n  a =\t\"x\"", "a", 3, 7)]
    [InlineData("\"ü😀\" = 1", "ü😀", 1, 8)]
    [InlineData("# 😀\n [t] # a table", "t", 2, 2)]
    [InlineData("[t.u]\n[t]", "t", 2, 1)]
    [InlineData("[[t]]\nx = 1", "t", 1, 1)]
    [InlineData("t.u = 1", "t", 1, 1)]
    [InlineData("x = '''\n\n'''\na = [\n1]", "a", 4, 5)]
    public void Knows_where_a_value_begins(string text, string key, int line, int column)
    {
        var value = Parse(text)[key]!;
        Assert.Equal((line, column), (value.Line, value.Column));
    }

    [Fact]
    public void Knows_where_a_key_stands()
    {
        Assert.True(Parse("\n  a.bc = 1").TryGetEntry("a", out var entry));
        Assert.Equal(new TomlPosition(2, 3), entry.KeyPosition);
        Assert.True(((TomlTable)entry.Value).TryGetEntry("bc", out entry));
        Assert.Equal(new TomlPosition(2, 5), entry.KeyPosition);
    }

    [Theory]
    [InlineData("a = \"\\t\\\"\\\\\\u00e9\\U0001F600\"", "\t\"\\é😀")]
    [InlineData("a = \"\"\"\nx \\\n\n   y\"\"\"", "x y")]
    [InlineData("a = \"\"\"\"\"x\"\"\"\"\"", "\"\"x\"\"")]
    [InlineData("a = '''\r\n'x'\r\n'''", "'x'\r\n")]
    [InlineData("a = '\\n'", "\\n")]
    public void Reads_strings(string text, string expected)
    {
        Assert.Equal(expected, Assert.IsType<TomlString>(Parse(text)["a"]).Value);
    }

    [Fact]
    public void Skips_a_byte_order_mark()
    {
        var document = TomlDocument.Parse([0xEF, 0xBB, 0xBF, .. "a = 1"u8], "f");
        Assert.Equal(5, document.Root["a"]!.Column);
    }

    [Fact]
    public void Names_the_line_of_bytes_that_are_not_utf8()
    {
        var error = Assert.Single(Errors([.. "a = 1\nb = \"é"u8, 0xFF, .. "\""u8]));
        Assert.Equal("f:2:7: This is not UTF-8 text: save the file as UTF-8.", error.ToString());
    }

    [Fact]
    public void Names_every_character_that_may_not_occur()
    {
        var lines = Errors("a = \"\u0001\"\nb = 1 # \u007f\nc = 1\rd = 2\n"u8).Select(error => error.Line);
        Assert.Equal([1, 2, 3], lines);
    }

    [Fact]
    public void Refuses_half_a_surrogate_pair()
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Parse("a = \"\ud800\"", "f"));
        Assert.Equal((1, 6), (error.Errors[0].Line, error.Errors[0].Column));
    }

    [Theory]
    [InlineData("a = ", "[", "]")]
    [InlineData("a = ", "{a=", "}")]
    [InlineData("", "a.", "b = 1")]
    [InlineData("", "[a.", "b]")]
    public void Bounds_nesting(string before, string repeated, string after)
    {
        string text = before + string.Concat(Enumerable.Repeat(repeated, 100_000)) + after;
        Assert.Throws<TomlException>(() => TomlDocument.Parse(text, "f"));
    }

    [Fact]
    public void Bounds_size()
    {
        var error = Assert.Single(Errors(new byte[TomlDocument.MaxBytes + 1]));
        Assert.Contains("larger than", error.Message);
    }

    [Fact]
    public void Bounds_the_number_of_errors()
    {
        var errors = Errors(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("x\n", 100_000))));
        Assert.Equal(TomlErrors.Limit + 1, errors.Count);
        Assert.Contains("the rest is not shown", errors[^1].Message);
    }

    [Fact]
    public void Says_which_file_cannot_be_read()
    {
        var error = Assert.Throws<TomlException>(() => TomlDocument.Load("/nonexistent/roles.toml"));
        Assert.StartsWith("/nonexistent/roles.toml:1:1: The file cannot be read: ", error.Message);
        Assert.Throws<TomlException>(() => TomlDocument.Load(Path.GetTempPath()));
    }

    [Fact]
    public void Does_not_read_an_endless_file()
    {
        Assert.Contains("larger than", Assert.Throws<TomlException>(() => TomlDocument.Load("/dev/zero")).Message);
    }

    private static TomlTable Parse(string text)
    {
        return TomlDocument.Parse(text, "f").Root;
    }

    private static IReadOnlyList<TomlError> Errors(ReadOnlySpan<byte> utf8)
    {
        try
        {
            TomlDocument.Parse(utf8, "f");
            return [];
        }
        catch (TomlException error)
        {
            return error.Errors;
        }
    }
}
