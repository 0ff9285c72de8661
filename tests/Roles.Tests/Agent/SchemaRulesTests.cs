using System.Text.Json;
using NodeBox.Roles.Agent;

namespace NodeBox.Roles.Tests.Agent;

public sealed class SchemaRulesTests
{
    private const string Tool =
        """
        {"type":"object","properties":{
          "id":{"type":"integer","minimum":1,"maximum":9},"share":{"type":"number","maximum":1},"status":{"type":"string","enum":["on","off"]},
          "text":{"type":"string","maxLength":3},"list":{"type":"array","items":{"type":"boolean"}},"more":{"type":"object"}},
        "required":["id"],"additionalProperties":false}
        """;

    [Theory]
    [InlineData("""{"id":1}""", null)]
    [InlineData("""{"id":9.0,"share":0.5,"status":"off","text":"äöü","list":[true,false],"more":{"x":1}}""", null)]
    [InlineData("""{}""", "arguments.id is missing")]
    [InlineData("""[]""", "arguments is not of the type object")]
    [InlineData("""{"id":"1"}""", "arguments.id is not of the type integer")]
    [InlineData("""{"id":1.5}""", "arguments.id is not of the type integer")]
    [InlineData("""{"id":1e999}""", "arguments.id is not of the type integer")]
    [InlineData("""{"id":0}""", "arguments.id is less than 1")]
    [InlineData("""{"id":10}""", "arguments.id is more than 9")]
    [InlineData("""{"id":1,"share":2}""", "arguments.share is more than 1")]
    [InlineData("""{"id":1,"share":1e999}""", "arguments.share is too large a number")]
    [InlineData("""{"id":1,"status":"of"}""", """arguments.status is none of ["on","off"]""")]
    [InlineData("""{"id":1,"text":"long"}""", "arguments.text is longer than 3 characters")]
    [InlineData("""{"id":1,"list":[true,1]}""", "arguments.list[1] is not of the type boolean")]
    [InlineData("""{"id":1,"other":null}""", "arguments.other is unknown")]
    public void Say_what_does_not_fit(string arguments, string? misfit) => Assert.Equal(misfit, SchemaRules.Misfit(Json(Tool), Json(arguments), "arguments"));

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"pattern":"[","multipleOf":7,"type":["string","null"]}""")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""")]
    [InlineData("""{"enum":"a","required":7,"properties":[]}""")]
    [InlineData("""{"required":[7,null]}""")]
    public void Allow_what_they_do_not_know(string schema) => Assert.Null(SchemaRules.Misfit(Json(schema), Json("""{"a":1}"""), "arguments"));

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
