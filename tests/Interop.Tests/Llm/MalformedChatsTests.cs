using System.Text;
using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Llm;

/// <summary>What malformed requests get from the llm role: OpenAI's error object.</summary>
public sealed class MalformedChatsTests(Testbed testbed)
{
    private const string Begin = """{"model":"testbed","messages":[{"role":"user","content":"hi"}],"max_tokens":1""";

    private readonly Uri _chat = new(testbed.Llm, "/v1/chat/completions");

    /// <summary>The body, the status, the field that the error names, the error's code.</summary>
    public static TheoryData<string, int, string?, string?> Bad => new()
    {
        { "", 400, null, "invalid_json" },
        { "{", 400, null, "invalid_json" },
        { "[]", 400, null, "invalid_json" },
        { "null", 400, null, "invalid_json" },
        { """{"model":"testbed","messages":[{"role":"user","content":"\ud800"}]}""", 400, null, "invalid_json" },
        { """{"messages":[{"role":"user","content":"hi"}]}""", 400, "model", null },
        { """{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}""", 404, "model", "model_not_found" },
        { """{"model":"testbed","messages":[{"role":"owner","content":"hi"}]}""", 400, "messages[0].role", null },
        { Begin + ""","temperature":"hot"}""", 400, "temperature", "invalid_json" },
        { Begin + ""","temperature":3}""", 400, "temperature", null },
        { Begin + ""","n":2}""", 400, "n", "unsupported_parameter" },
        { Begin + ""","best_of":2}""", 400, "best_of", "unsupported_parameter" },
        { Begin + ""","tool_choice":"required"}""", 400, "tool_choice", null },
        { Begin + ""","tools":[{"type":"function","function":{"name":"bad name"}}]}""", 400, "tools[0].function.name", null },
        { """{"model":"testbed","stream":true,"messages":[]}""", 400, "messages", null },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Get_an_error_object(string body, int status, string? param, string? code)
    {
        RawAnswer answer = await testbed.Http.PostAsync(_chat, body);

        JsonElement error = answer.Error();
        Assert.Equal((status, param, code), (answer.Status, Text(error, "param"), Text(error, "code")));
        Assert.Equal("invalid_request_error", Text(error, "type"));
        Assert.NotEmpty(Text(error, "message")!);
    }

    [Fact]
    public async Task Get_one_where_nothing_is_served()
    {
        RawAnswer answer = await testbed.Http.PostAsync(new Uri(testbed.Llm, "/v1/images/generations"), "{}");

        Assert.Equal((404, "unknown_url"), (answer.Status, Text(answer.Error(), "code")));
    }

    [Fact]
    public async Task Of_random_damage_break_nothing()
    {
        var random = new Random(21);
        byte[] good = Encoding.UTF8.GetBytes(Begin + "}");
        for (int i = 0; i < 200; i++)
        {
            RawAnswer answer = await testbed.Http.PostAsync(_chat, random.Damaged(good));

            Assert.True(answer.Status == 200 || Text(answer.Error(), "type") == "invalid_request_error", answer.ToString());
        }

        Assert.Equal(200, (await testbed.Http.PostAsync(_chat, good)).Status);
    }

    private static string? Text(JsonElement error, string member) => error.GetProperty(member).GetString();
}
