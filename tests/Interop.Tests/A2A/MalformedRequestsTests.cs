using System.Text;
using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.A2A;

/// <summary>What malformed requests get from an agent: A2A's JSON-RPC errors.</summary>
public sealed class MalformedRequestsTests(Testbed testbed)
{
    private static readonly (string, string) s_version = ("A2A-Version", "1.0");

    /// <summary>The body and the JSON-RPC code.</summary>
    public static TheoryData<string, int> Bad => new()
    {
        { "", -32700 },
        { "{", -32700 },
        { """{"jsonrpc":"2.0","id":1,"method":"SendMessage"}{}""", -32700 },
        { new string('[', 100) + new string(']', 100), -32700 },
        { "null", -32600 },
        { "[]", -32600 },
        { """{"jsonrpc":"2.0","method":"SendMessage","params":{}}""", -32600 },
        { """{"jsonrpc":"2.0","id":"\ud800","method":"SendMessage","params":{}}""", -32600 },
        { """{"jsonrpc":"1.0","id":1,"method":"SendMessage","params":{}}""", -32600 },
        { """{"jsonrpc":"2.0","id":1,"method":7}""", -32600 },
        { Request("Sing", "{}"), -32601 },
        { Request("message/send", "{}"), -32601 },
        { Request("SendMessage", "{}"), -32602 },
        { Request("SendMessage", "[]"), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"hi"}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"user","parts":[{"text":"hi"}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi","data":1}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":7}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"\ud800"}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"data":{"urn:nodebox:a2a:plan:v1":{"answer_max_tokens":1,"steps":[{}]}}}]}"""), -32602 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"url":"http://x/y"}]}"""), -32005 },
        { Send("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}],"taskId":"gone"}"""), -32001 },
        { Request("GetTask", """{"id":"gone"}"""), -32001 },
        { Request("CancelTask", """{"id":"gone"}"""), -32001 },
        { Request("SendStreamingMessage", "{}"), -32004 },
        { Request("CreateTaskPushNotificationConfig", "{}"), -32003 },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Get_their_error(string body, int code)
    {
        RawAnswer answer = await testbed.Http.PostAsync(testbed.AgentA, body, s_version);

        AssertError(code, answer);
    }

    [Theory]
    [InlineData("A2A-Version", "0.3", -32009)]
    [InlineData("A2A-Version", "", -32009)]
    [InlineData("Content-Type", "text/plain", -32005)]
    public async Task Get_an_error_where_a_header_is_wrong(string header, string value, int code)
    {
        (string, string)[] headers = header == "A2A-Version" ? [(header, value)] : [s_version, (header, value)];

        RawAnswer answer = await testbed.Http.PostAsync(testbed.AgentA, Request("GetTask", """{"id":"gone"}"""), headers);

        AssertError(code, answer);
    }

    [Fact]
    public async Task Get_back_their_id()
    {
        RawAnswer number = await testbed.Http.PostAsync(testbed.AgentA, """{"jsonrpc":"2.0","id":7,"method":"Sing"}""", s_version);
        RawAnswer text = await testbed.Http.PostAsync(testbed.AgentA, """{"jsonrpc":"1.0","id":"a","method":"Sing"}""", s_version);
        RawAnswer none = await testbed.Http.PostAsync(testbed.AgentA, "{", s_version);

        Assert.Equal(7, number.Json().GetProperty("id").GetInt32());
        Assert.Equal("a", text.Json().GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, none.Json().GetProperty("id").ValueKind);
    }

    [Fact]
    public async Task Of_random_damage_break_nothing()
    {
        var random = new Random(23);
        const string Plan = """{"urn:nodebox:a2a:plan:v1":{"answer_max_tokens":1,"steps":[]}}""";
        byte[] good = Encoding.UTF8.GetBytes(Send($$"""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"},{"data":{{Plan}}}]}"""));
        for (int i = 0; i < 200; i++)
        {
            RawAnswer answer = await testbed.Http.PostAsync(testbed.AgentA, random.Damaged(good), s_version);

            Assert.True(answer.Status == 200 && answer.Json().GetProperty("jsonrpc").GetString() == "2.0", answer.ToString());
        }

        Assert.True((await testbed.Http.PostAsync(testbed.AgentA, good, s_version)).Json().TryGetProperty("result", out _));
    }

    private static void AssertError(int code, RawAnswer answer)
    {
        Assert.True((200, code) == (answer.Status, answer.Error().GetProperty("code").GetInt32()), answer.ToString());
        Assert.Equal("2.0", answer.Json().GetProperty("jsonrpc").GetString());
        Assert.NotEmpty(answer.Error().GetProperty("message").GetString()!);
    }

    private static string Send(string message) => Request("SendMessage", $$"""{"message":{{message}}}""");

    private static string Request(string method, string parameters) =>
        $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";
}
