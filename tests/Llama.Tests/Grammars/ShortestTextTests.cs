using System.Text.Json;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;

namespace NodeBox.Llama.Tests.Grammars;

public sealed class ShortestTextTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"id":{"type":"integer","minimum":120,"maximum":999}},"required":["id"]}""", """{"id":120}""")]
    [InlineData("""{"type":"object","properties":{"q":{"const":"it's \"so\" \\ é"}},"required":["q"]}""", """{"q":"it's \"so\" \\ \u00e9"}""")]
    [InlineData("""{"type":"object","properties":{"a":{"enum":["long","s"]},"b":{"type":"number"}},"required":["a"]}""", """{"a":"s"}""")]
    [InlineData("""{"type":"array","items":{"type":"string","minLength":2},"minItems":2}""", """["  ","  "]""")]
    [InlineData("""{"type":"string","format":"date"}""", "\"1000-01-01\"")]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"next":{"$ref":"#/$defs/n"},"v":{"type":"boolean"}},"required":["v"]}}}""", """{"v":true}""")]
    public void Is_the_smallest_value_of_a_schema(string schema, string expected)
    {
        using JsonDocument document = JsonDocument.Parse(schema);

        Assert.Equal(expected, ShortestText.Of(JsonGrammar.Of(document.RootElement, "schema")));
    }

    [Fact]
    public void Is_a_whole_call_of_the_first_of_equally_short_tools()
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type":"object","properties":{"id":{"const":42}},"required":["id"]}""");
        ToolDefinition[] tools = [new("find", null, schema.RootElement), new("load", null, schema.RootElement)];

        string call = ShortestText.Of(ToolCallGrammar.Call(tools, most: 8, new CallTags("<tool_call>\n", "\n</tool_call>")));

        Assert.Equal("<tool_call>\n{\"name\":\"find\",\"arguments\":{\"id\":42}}\n</tool_call>", call);
    }

    [Fact]
    public void Is_empty_where_a_text_may_come_instead_of_a_call() =>
        Assert.Equal("", ShortestText.Of(ToolCallGrammar.CallOrText([new("find", null, null)])));

    [Fact]
    public void Is_an_empty_object_where_any_will_do() => Assert.Equal("{}", ShortestText.Of(JsonGrammar.AnyObject()));

    [Theory]
    [InlineData("root ::= (")]
    [InlineData("root ::= \"a")]
    [InlineData("root ::= [a")]
    [InlineData("root ::= a")]
    [InlineData("root ::= root \"a\"")]
    [InlineData("root ::= \"a\"{")]
    [InlineData("root ::= \"a\"{x}")]
    [InlineData("root ::= a{1024}\na ::= b{1024}\nb ::= \"abcd\"{1024}")]
    [InlineData("no rule")]
    [InlineData("")]
    public void Refuses_what_is_no_grammar_or_has_no_end(string grammar) =>
        Assert.Throws<FormatException>(() => ShortestText.Of(grammar));
}
