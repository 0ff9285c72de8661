using System.Text;
using System.Text.Json;

namespace NodeBox.A2A.Tests;

public sealed class A2ADispatcherTests
{
    private const string Hello = """{"messageId":"m1","role":"ROLE_USER","parts":[{"text":"hello"}]}""";

    private static readonly AgentTask s_done = new("t1", new AgentTaskStatus(TaskState.Completed), "c1", [new Artifact("a1", [Part.Of("done")])]);

    private readonly A2ADispatcher _dispatcher = new(static (_, _) => Task.FromResult(s_done), static id => id == "t1" ? s_done : null);

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,", -32700)]
    [InlineData("hello", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("7", -32600)]
    [InlineData("null", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":"\ud800","method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"id":1,"method":"GetTask","params":{"id":"t1"}}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"message/send","params":{}}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"sendmessage","params":{}}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask"}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":null}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":[]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":7}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"t2"}}""", -32001)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"CancelTask","params":{"id":"t1"}}""", -32002)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"CancelTask","params":{"id":"t2"}}""", -32001)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"CreateTaskPushNotificationConfig","params":{}}""", -32003)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"SendStreamingMessage","params":{}}""", -32004)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetExtendedAgentCard"}""", -32004)]
    public async Task Answers_a_bad_request_with_the_protocols_own_error(string request, int code)
    {
        A2AReply reply = await _dispatcher.DispatchAsync(Encoding.UTF8.GetBytes(request), "1.0", default);

        Assert.Equal(200, reply.HttpStatus);
        Assert.Equal(code, ErrorOf(reply));
    }

    [Theory]
    [InlineData("""{}""", -32602)]
    [InlineData("""{"message":null}""", -32602)]
    [InlineData("""{"message":{"role":"ROLE_USER","parts":[{"text":"x"}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"","role":"ROLE_USER","parts":[{"text":"x"}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"user","parts":[{"text":"x"}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"x"}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[null]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x","data":{}}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":7}]}}""", -32602)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"raw":"AAAA"}]}}""", -32005)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"url":"http://x/"}]}}""", -32005)]
    [InlineData("""{"message":{"messageId":"m","taskId":"t1","role":"ROLE_USER","parts":[{"text":"x"}]}}""", -32004)]
    [InlineData("""{"message":{"messageId":"m","taskId":"t2","role":"ROLE_USER","parts":[{"text":"x"}]}}""", -32001)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"returnImmediately":true}}""", -32004)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"taskPushNotificationConfig":{}}}""", -32003)]
    [InlineData("""{"message":{"messageId":"m","role":"ROLE_USER","parts":[{"text":"x"}]},"configuration":{"acceptedOutputModes":["image/png"]}}""", -32005)]
    public async Task Refuses_a_message_that_it_cannot_take(string parameters, int code)
    {
        string request = $$"""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{{parameters}}}""";

        A2AReply reply = await _dispatcher.DispatchAsync(Encoding.UTF8.GetBytes(request), "1.0", default);

        Assert.Equal(200, reply.HttpStatus);
        Assert.Equal(code, ErrorOf(reply));
    }

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("0")]
    [InlineData("-12345678901234567890")]
    public async Task Echoes_the_id_exactly(string id)
    {
        A2AReply sent = await _dispatcher.DispatchAsync(Request(Hello, id), "1.0", default);
        A2AReply failed = await SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"Nothing"}""", "1.0");

        Assert.Equal(id, Parse(sent).GetProperty("id").GetRawText());
        Assert.Equal(id, Parse(failed).GetProperty("id").GetRawText());
    }

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.0.1", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("0.3", false)]
    [InlineData("1.01", false)]
    [InlineData("1.1", false)]
    [InlineData("2.0", false)]
    public async Task Serves_version_1_0_and_takes_no_version_for_0_3(string? version, bool served)
    {
        A2AReply reply = await _dispatcher.DispatchAsync(Request(Hello), version, default);

        Assert.Equal(served ? null : -32009, ErrorOf(reply));
    }

    [Fact]
    public async Task Returns_the_task_that_answers_a_message()
    {
        A2AReply reply = await SendAsync($$"""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{"message":{{Hello}},"unknown":[1]},"more":true}""", "1.0");

        Assert.Equal(
            """{"jsonrpc":"2.0","id":1,"result":{"task":{"id":"t1","status":{"state":"TASK_STATE_COMPLETED"},"contextId":"c1","artifacts":[{"artifactId":"a1","parts":[{"text":"done","mediaType":"text/plain"}]}]}}}""",
            Encoding.UTF8.GetString(reply.Json));
    }

    [Fact]
    public async Task Says_in_an_errors_data_what_kind_of_error_it_is()
    {
        JsonElement error = Parse(await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"t2"}}""", "1.0")).GetProperty("error");

        Assert.Equal("TASK_NOT_FOUND", error.GetProperty("data")[0].GetProperty("reason").GetString());
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", error.GetProperty("data")[0].GetProperty("@type").GetString());
    }

    [Theory]
    [InlineData(A2AErrorCode.AgentBusy, 503)]
    [InlineData(A2AErrorCode.InternalError, 500)]
    [InlineData(A2AErrorCode.TaskNotFound, 200)]
    public async Task Shows_only_the_agents_own_troubles_in_the_http_status(A2AErrorCode code, int status)
    {
        var failing = new A2ADispatcher((_, _) => throw new A2AException(code, "no"), static _ => null);

        A2AReply reply = await failing.DispatchAsync(Request(Hello), "1.0", default);

        Assert.Equal(status, reply.HttpStatus);
        Assert.Equal((int)code, ErrorOf(reply));
    }

    [Fact]
    public async Task Answers_an_unexpected_exception_as_an_internal_error()
    {
        var failing = new A2ADispatcher(static (_, _) => throw new InvalidOperationException("broken"), static _ => null);

        A2AReply reply = await failing.DispatchAsync(Request(Hello), "1.0", default);

        Assert.Equal(-32603, ErrorOf(reply));
        Assert.DoesNotContain(" at ", Encoding.UTF8.GetString(reply.Json), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_its_caller()
    {
        var waiting = new A2ADispatcher(
            static async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return s_done;
            },
            static _ => null);
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DispatchAsync(Request(Hello), "1.0", caller.Token));
    }

    [Fact]
    public async Task Answers_every_truncated_or_mutated_request()
    {
        byte[] request = Request("""{"messageId":"m1","role":"ROLE_USER","parts":[{"text":"héllo \ud83d\ude00"},{"data":{"urn:nodebox:a2a:plan:v1":{"answer_max_tokens":8,"steps":[{"tool":"db.find","arguments":{"id":7}}]}}}]}""");
        var dispatcher = new A2ADispatcher(
            static (message, _) =>
            {
                TaskPlan.Of(message);
                message.Text();
                return Task.FromResult(s_done);
            },
            static _ => null);
        var random = new Random(20260701);
        for (int i = 0; i < 5000; i++)
        {
            byte[] mutated = i < request.Length ? request[..i] : Mutate(request, random);
            JsonElement response = Parse(await dispatcher.DispatchAsync(mutated, "1.0", default));

            Assert.Equal("2.0", response.GetProperty("jsonrpc").GetString());
            Assert.True(response.TryGetProperty("id", out _));
            Assert.NotEqual(response.TryGetProperty("result", out _), response.TryGetProperty("error", out JsonElement error));
            Assert.False(error.ValueKind == JsonValueKind.Object && error.GetProperty("code").GetInt32() == -32603, error.ToString());
        }
    }

    private static byte[] Mutate(byte[] request, Random random)
    {
        byte[] mutated = [.. request];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            mutated[random.Next(mutated.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)"{}[]\":,\\u0dnull7"[random.Next(16)];
        }

        return mutated;
    }

    private static byte[] Request(string message, string id = "1") =>
        Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"SendMessage","params":{"message":{{{message}}}}}""");

    private Task<A2AReply> SendAsync(string request, string? version) => _dispatcher.DispatchAsync(Encoding.UTF8.GetBytes(request), version, default);

    private static int? ErrorOf(A2AReply reply) =>
        Parse(reply).TryGetProperty("error", out JsonElement error) ? error.GetProperty("code").GetInt32() : null;

    private static JsonElement Parse(A2AReply reply)
    {
        using JsonDocument document = JsonDocument.Parse(reply.Json);
        return document.RootElement.Clone();
    }
}
