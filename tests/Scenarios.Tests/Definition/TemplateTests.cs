using NodeBox.Scenarios.Definition;

namespace NodeBox.Scenarios.Tests.Definition;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, long> s_values = new() { ["order"] = 1234, ["item"] = 7 };

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("{order}", "1234")]
    [InlineData("a {order}{item} b", "a 12347 b")]
    [InlineData("{{order}} {{{item}}}", "{order} {7}")]
    public void Fills_in_values(string text, string expected)
    {
        Assert.Equal(expected, Template.Parse(text, out _)!.Fill(s_values));
    }

    [Theory]
    [InlineData("{order}", "order")]
    [InlineData(" {order}", null)]
    [InlineData("{order}{item}", null)]
    [InlineData("order", null)]
    public void Knows_a_lone_placeholder(string text, string? expected)
    {
        Assert.Equal(expected, Template.Parse(text, out _)!.OnlyPlaceholder);
    }

    [Theory]
    [InlineData("{order", "has a brace without its other half")]
    [InlineData("order}", "has a brace without its other half")]
    [InlineData("{ordr}", "names no placeholder with {ordr}: the placeholders are {order}, {customer}")]
    [InlineData("{}", "names no placeholder with {}")]
    [InlineData("{{order}", "has a brace without its other half")]
    public void Says_what_is_wrong(string text, string problem)
    {
        Assert.Null(Template.Parse(text, out string found));
        Assert.StartsWith(problem, found);
    }

    [Fact]
    public void Any_text_is_read_or_refused()
    {
        var random = new Random(1);
        for (int round = 0; round < 10_000; round++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => "{}a\0é"[random.Next(5)]));
            Template? template = Template.Parse(text, out string problem);
            Assert.Equal(template is null, problem.Length > 0);
            template?.Fill(s_values);
        }
    }
}
