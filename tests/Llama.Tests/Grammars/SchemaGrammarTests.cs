using System.Text.Json;
using System.Text.RegularExpressions;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;

namespace NodeBox.Llama.Tests.Grammars;

public sealed class SchemaGrammarTests
{
    // A schema of "arguments", what its grammar accepts, and what it does not.
    public static TheoryData<string, string[], string[]> Schemas => new()
    {
        {
            """{"type":"object"}""",
            ["{}", """{"a":1}""", """{"a":{"b":[null,"x",-0.5,{"c":1}]},"d_2":true}"""],
            ["{ }", "", "[]", """{"a":}""", """{"a":1,}""", """{"a b":1}"""]
        },
        { """{"type":"object","additionalProperties":false}""", ["{}"], ["{\"a\":1}"] },
        {
            """{"type":"object","additionalProperties":{"type":"integer"}}""",
            ["{}", """{"a":1,"b":-2}"""],
            ["""{"a":"x"}""", """{"a":1.5}"""]
        },
        {
            """{"type":"object","properties":{"x":{},"y":{"type":"array"}},"required":["x","y"]}""",
            ["""{"x":null,"y":[]}""", """{"x":{"a":[1]},"y":["a",{}]}"""],
            ["""{"x":,"y":[]}""", """{"x":1,"y":{}}"""]
        },
        {
            """{"type":"object","properties":{"x":{"anyOf":[{"type":"null"},{"type":"integer","minimum":1,"maximum":3}],"title":"X"}},"required":["x"]}""",
            ["""{"x":null}""", """{"x":2}"""],
            ["""{"x":4}""", "{}"]
        },
        {
            """
            {"type":"object","properties":{"x":{"oneOf":[
              {"type":"object","properties":{"kind":{"const":"a"},"n":{"type":"integer"}},"required":["kind","n"]},
              {"type":"object","properties":{"kind":{"enum":["b","c"]}},"required":["kind"]},{"type":"null"}]}},"required":["x"]}
            """,
            ["""{"x":{"kind":"a","n":1}}""", """{"x":{"kind":"c"}}""", """{"x":null}"""],
            ["""{"x":{"kind":"a"}}""", """{"x":{"kind":"b","n":1}}"""]
        },
        {
            """
            {"type":"object","properties":{"x":{"$ref":"#/$defs/p~1q"},"y":{"allOf":[{"$ref":"#/definitions/s"}],"description":"y"}},
             "required":["x","y"],"$defs":{"p/q":{"type":"integer","exclusiveMinimum":1,"exclusiveMaximum":4}},"definitions":{"s":{"enum":["u"]}}}
            """,
            ["""{"x":2,"y":"u"}""", """{"x":3,"y":"u"}"""],
            ["""{"x":1,"y":"u"}""", """{"x":4,"y":"u"}""", """{"x":2,"y":"v"}"""]
        },
        {
            """{"$ref":"#/$defs/o","$defs":{"o":{"type":"object","properties":{"x":{"const":1}},"required":["x"]}}}""",
            ["""{"x":1}"""],
            ["{}"]
        },
        {
            """{"type":"object","properties":{"d":{"type":"string","format":"date-time"},"u":{"type":"string","format":"uuid"}},"required":["d","u"]}""",
            ["""{"d":"2026-02-28T23:59:59Z","u":"01234567-89ab-4cde-8f01-23456789abcd"}"""],
            ["""{"d":"2026-02-30T23:59:59Z","u":"01234567-89ab-4cde-8f01-23456789abcd"}""", """{"d":"now","u":"x"}"""]
        },
        { """{"type":"object","properties":{},"additionalProperties":true}""", ["{}"], ["{\"a\":1}"] },
        {
            """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"boolean"}},"required":["a","b"]}""",
            ["""{"a":0,"b":true}""", """{"a":-12,"b":false}"""],
            ["""{"b":true,"a":0}""", """{"a":0}""", """{"a":01,"b":true}""", """{"a":1.5,"b":true}""", """{"a": 0,"b":true}""", """{"a":0,"b":true,}"""]
        },
        {
            """{"type":"object","properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}},"required":["b"]}""",
            ["""{"b":2}""", """{"a":1,"b":2}""", """{"b":2,"c":3}""", """{"a":1,"b":2,"c":3}"""],
            ["{}", """{"a":1}""", """{,"b":2}""", """{"a":1,"c":3}""", """{"b":2"c":3}"""]
        },
        {
            """{"type":"object","properties":{"a":{"const":1},"b":{"const":2},"c":{"const":3}}}""",
            ["{}", """{"a":1}""", """{"b":2}""", """{"c":3}""", """{"a":1,"c":3}""", """{"a":1,"b":2,"c":3}"""],
            ["{,}", """{"c":3,"a":1}""", """{"a":1,}"""]
        },
        {
            """{"type":"object","properties":{"x":{"enum":["a",2,null,true,-1.50]}},"required":["x"]}""",
            ["""{"x":"a"}""", """{"x":2}""", """{"x":null}""", """{"x":true}""", """{"x":-1.50}"""],
            ["""{"x":"b"}""", """{"x":false}""", "{}"]
        },
        {
            """{"type":"object","properties":{"x":{"type":"string","const":"q\"\\\né😀"}},"required":["x"]}""",
            [$$"""{"x":"q\"\\\u000a\u00e9\ud83d\ude00"}"""],
            ["""{"x":"q"}"""]
        },
        {
            """{"type":"object","properties":{"x":{"type":"string","minLength":1,"maxLength":3}},"required":["x"]}""",
            ["""{"x":"a"}""", """{"x":"]^["}""", """{"x":"\"\\\n"}""", """{"x":"\u00e9\ud7ff\ue000"}"""],
            ["""{"x":""}""", """{"x":"abcd"}""", """{"x":"\ud800"}""", """{"x":"é"}""", """{"x":"\q"}""", "{\"x\":\"\n\"}"]
        },
        {
            """{"type":"object","properties":{"x":{"type":["string","null"],"maxLength":2}},"required":["x"]}""",
            ["""{"x":null}""", """{"x":"ab"}""", """{"x":""}"""],
            ["""{"x":1}""", """{"x":"abc"}"""]
        },
        {
            """{"type":"object","properties":{"x":{"type":"array","items":{"type":"integer"},"maxItems":2}},"required":["x"]}""",
            ["""{"x":[]}""", """{"x":[1]}""", """{"x":[1,2]}"""],
            ["""{"x":[1,2,3]}""", """{"x":[,1]}""", """{"x":[1,]}"""]
        },
        {
            """{"type":"object","properties":{"x":{"type":"array","items":{"type":"null"},"minItems":2}},"required":["x"]}""",
            ["""{"x":[null,null]}""", """{"x":[null,null,null]}"""],
            ["""{"x":[]}""", """{"x":[null]}"""]
        },
        {
            """{"type":"object","properties":{"o":{"type":"object","properties":{"n":{"type":"number","minimum":-1,"maximum":2}},"required":["n"]}},"required":["o"]}""",
            ["""{"o":{"n":0}}""", """{"o":{"n":-1}}""", """{"o":{"n":-0.25}}""", """{"o":{"n":1.999}}""", """{"o":{"n":2}}"""],
            ["""{"o":{"n":2.1}}""", """{"o":{"n":-1.1}}""", """{"o":{"n":00.1}}""", """{"o":{"n":.5}}""", """{"o":{}}"""]
        },
        {
            """{"type":"object","properties":{"x":{"type":"integer","minimum":5,"maximum":60000,"const":250,"description":"ms"}},"required":["x"]}""",
            ["""{"x":250}"""],
            ["""{"x":251}"""]
        },
        {
            """{"type":"object","properties":{"x":{"type":"string","enum":["up","down"],"const":"up"}},"required":["x"]}""",
            ["""{"x":"up"}"""],
            ["""{"x":"down"}"""]
        },
    };

    public static TheoryData<string, string> Unsupported => new()
    {
        { "7", "does not have the type" },
        { """{"type":"string"}""", "does not have the type" },
        { """{"type":"object","properties":{"x":{"type":"date"}}}""", "unknown type" },
        { """{"type":"object","properties":{"x":false}}""", "t/x is not a JSON object" },
        { """{"type":"object","properties":{"x":{"minimum":1}}}""", "'minimum', which is not supported without a type" },
        { """{"type":"object","properties":[]}""", "'properties'" },
        { """{"type":"object","required":"x"}""", "'required'" },
        { """{"type":"object","required":["x"]}""", "requires 'x'" },
        { """{"type":"object","properties":{"x":{"$ref":"#/a"}}}""", "names nothing" },
        { """{"type":"object","properties":{"x":{"$ref":"other.json"}}}""", "names nothing" },
        { """{"type":"object","properties":{"x":{"$ref":7}}}""", "names nothing" },
        { """{"type":"object","properties":{"x":{"$ref":"#/$defs/a"}},"$defs":{"a":{"$ref":"#/$defs/a"}}}""", "leads to itself" },
        { """{"$ref":"#"}""", "leads to itself" },
        { """{"type":"object","properties":{"x":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/a"}]}},"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""", "leads to itself" },
        { """{"type":"object","properties":{"x":{"anyOf":[]}}}""", "'anyOf'" },
        { """{"type":"object","properties":{"x":{"anyOf":[{"type":"string"}],"minLength":3}}}""", "'minLength' beside 'anyOf'" },
        { """{"type":"object","properties":{"x":{"oneOf":[{"type":"integer"},{"type":"number"}]}}}""", "'oneOf'" },
        { """{"type":"object","properties":{"x":{"oneOf":[{"type":"object"},{"type":"object"}]}}}""", "'oneOf'" },
        { """{"type":"object","properties":{"x":{"allOf":[{"type":"string"},{"maxLength":3}]}}}""", "'allOf'" },
        { """{"type":"object","properties":{"x":{"not":{}}}}""", "'not'" },
        { """{"type":"object","properties":{"x":{"type":"array","items":{},"uniqueItems":true}}}""", "'uniqueItems'" },
        { """{"type":"object","properties":{"x":{"type":"integer","multipleOf":2}}}""", "'multipleOf'" },
        { """{"type":"object","patternProperties":{}}""", "'patternProperties'" },
        { """{"type":"object","properties":{"x":{"type":"string","format":"email"}}}""", "the format 'email'" },
        { """{"type":"object","properties":{"x":{"type":"string","format":"date","maxLength":3}}}""", "both a format and a length" },
        { """{"type":"object","properties":{"x":{"type":"number","exclusiveMinimum":1}}}""", "'exclusiveMinimum'" },
        { """{"type":"object","properties":{"x":{"type":"string","pattern":"a"}}}""", "'pattern'" },
        { """{"type":"object","properties":{"x":{"type":"string","minimum":1}}}""", "'minimum'" },
        { """{"type":"object","properties":{"x":{"type":"string","maxLength":5000}}}""", "'maxLength'" },
        { """{"type":"object","properties":{"x":{"type":"string","minLength":5,"maxLength":4}}}""", "at least 5" },
        { """{"type":"object","properties":{"x":{"type":"integer","minimum":5,"maximum":4}}}""", "at least 5" },
        { """{"type":"object","properties":{"x":{"type":"integer","minimum":0.2,"maximum":0.8}}}""", "no integer" },
        { """{"type":"object","properties":{"x":{"type":"number","minimum":0.5}}}""", "not an integer" },
        { """{"type":"object","properties":{"x":{"type":"integer","maximum":5,"const":6}}}""", "the value 6" },
        { """{"type":"object","properties":{"x":{"type":"integer","const":"6"}}}""", "the value \"6\"" },
        { """{"type":"object","properties":{"x":{"const":{}}}}""", "an object or an array" },
        { """{"type":"object","properties":{"x":{"enum":[]}}}""", "not a list" },
        { """{"type":"object","properties":{"x":{"enum":[1],"const":2}}}""", "not in its enum" },
        { """{"type":"object","properties":{"x":{"type":"integer","exclusiveMinimum":5,"const":5}}}""", "the value 5" },
        { """{"type":"object","properties":{"x":{"const":1},"x":{"const":2}}}""", "twice" },
    };

    [Theory]
    [MemberData(nameof(Schemas))]
    public void Accepts_what_the_schema_allows_and_nothing_else(string schema, string[] accepted, string[] refused)
    {
        Regex grammar = GbnfRegex.Of(ToolCallGrammar.Call([Tool(schema)]));

        Assert.All(accepted, arguments => Assert.Matches(grammar, $$"""{"name":"t","arguments":{{arguments}}}"""));
        Assert.All(refused, arguments => Assert.DoesNotMatch(grammar, $$"""{"name":"t","arguments":{{arguments}}}"""));
    }

    [Theory]
    [MemberData(nameof(Unsupported))]
    public void Refuses_by_name_what_it_cannot_keep(string schema, string named)
    {
        var e = Assert.Throws<UnsupportedSchemaException>(() => ToolCallGrammar.Call([Tool(schema)]));

        Assert.Contains(named, e.Message);
        Assert.StartsWith("t", e.Path);
    }

    [Fact]
    public void Refuses_a_schema_that_is_too_deep_or_too_large()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"type":"object","properties":{"x":""", 30)) + "{\"const\":1}" + new string('}', 60);
        string members = string.Join(',', Enumerable.Range(0, 600).Select(i => $"\"p{i}\":{{\"const\":1}}"));
        string large = """{"type":"object","properties":{""" + members + "}}";

        Assert.Contains("deeper", Assert.Throws<UnsupportedSchemaException>(() => ToolCallGrammar.Call([Tool(deep)])).Message);
        Assert.Contains("too large", Assert.Throws<UnsupportedSchemaException>(() => ToolCallGrammar.Call([Tool(large)])).Message);
    }

    [Fact]
    public void Accepts_one_call_of_any_of_its_tools()
    {
        ToolDefinition[] tools = [new ToolDefinition("a"), new ToolDefinition("b")];

        Regex call = GbnfRegex.Of(ToolCallGrammar.Call(tools));
        Regex callOrText = GbnfRegex.Of(ToolCallGrammar.CallOrText(tools));

        Assert.Matches(call, """{"name":"a","arguments":{}}""");
        Assert.Matches(call, """{"name":"b","arguments":{}}""");
        Assert.DoesNotMatch(call, """{"name":"c","arguments":{}}""");
        Assert.DoesNotMatch(call, "text");
        Assert.Matches(callOrText, """{"name":"a","arguments":{}}""");
        Assert.Matches(callOrText, "text with {braces}");
        Assert.Matches(callOrText, "");
        Assert.DoesNotMatch(callOrText, "{text");
    }

    [Theory]
    [InlineData("<tool_call>\n", "\n</tool_call>")]
    [InlineData("[TOOL_CALLS]", "")]
    public void Puts_calls_between_the_marks_of_a_family(string begin, string end)
    {
        Regex callOrText = GbnfRegex.Of(ToolCallGrammar.CallOrText([new ToolDefinition("a")], most: 2, new CallTags(begin, end)));
        string call = begin + """{"name":"a","arguments":{}}""" + end;

        Assert.Matches(callOrText, call);
        Assert.Matches(callOrText, $"{call}\n{call}");
        Assert.Matches(callOrText, $"text of {call}");
        Assert.DoesNotMatch(callOrText, """{"name":"a","arguments":{}}""");
        Assert.DoesNotMatch(callOrText, begin);
    }

    [Fact]
    public void Accepts_several_calls_a_line_each_where_asked()
    {
        Regex calls = GbnfRegex.Of(ToolCallGrammar.Call([new ToolDefinition("a", Parameters: Tool("""{"type":"object","properties":{}}""").Parameters)], most: 3));

        Assert.Matches(calls, """{"name":"a","arguments":{}}""");
        Assert.Matches(calls, string.Join('\n', Enumerable.Repeat("""{"name":"a","arguments":{}}""", 3)));
        Assert.DoesNotMatch(calls, string.Join('\n', Enumerable.Repeat("""{"name":"a","arguments":{}}""", 4)));
        Assert.DoesNotMatch(calls, """{"name":"a","arguments":{}}{"name":"a","arguments":{}}""");
    }

    private static ToolDefinition Tool(string schema)
    {
        using JsonDocument parameters = JsonDocument.Parse(schema);
        return new ToolDefinition("t", Parameters: parameters.RootElement.Clone());
    }
}
