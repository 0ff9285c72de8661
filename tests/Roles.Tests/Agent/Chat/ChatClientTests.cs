using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Http;

namespace NodeBox.Roles.Tests.Agent.Chat;

public sealed class ChatClientTests
{
    private static readonly ChatRequest s_request = new("m", [ChatMessage.User("hello")], 5);

    public static TheoryData<string, string> GoodStreams => new()
    {
        { """data: {"choices":[{"delta":{"content":"a"}}]}|data: {"choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}|data: [DONE]|""", "ab stop" },
        { """data: {"choices":[{"delta":{"content":"a"},"finish_reason":"length"}]}|""", "a length" },
        { """data: {"choices":[{"delta":{"content":null}}],"usage":null}|data: {"choices":[{"finish_reason":"stop"}]}|data: [DONE]|data: ignored|""", " stop" },
        { """data: {"error":null,"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}|data: [DONE]|""", "a stop" },
        {
            """data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{"}}]}}]}|data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}|data: [DONE]|""",
            " tool_calls c1:f({})"
        },
        {
            """data: {"choices":[{"delta":{"tool_calls":[{"index":1,"id":"c2","function":{"name":"g","arguments":"1"}},{"index":0,"function":{"name":"f","arguments":"0"}}]},"finish_reason":"tool_calls"}]}|""",
            " tool_calls call_0:f(0) c2:g(1)"
        },
    };

    [Theory]
    [MemberData(nameof(GoodStreams))]
    public async Task Merges_a_stream_into_one_reply(string stream, string expected)
    {
        ChatReply reply = await CompleteAsync(stream);

        IEnumerable<string> calls = reply.ToolCalls.Select(static call => $" {call.Id}:{call.Function.Name}({call.Function.Arguments})");
        Assert.Equal(expected, $"{reply.Content} {reply.FinishReason}{string.Concat(calls)}");
    }

    [Theory]
    [InlineData("", "ended the stream before")]
    [InlineData("data: [DONE]|", "ended the stream before")]
    [InlineData("""data: {"choices":[{"delta":{"content":"a"}}]}|data: [DONE]|""", "ended the stream before")]
    [InlineData("data: {|", "no chat completion chunk")]
    [InlineData("data: []|", "no chat completion chunk")]
    [InlineData("""data: {"choices":7}|""", "no chat completion chunk")]
    [InlineData("""data: {"error":{"message":"out of slots"}}|""", "out of slots")]
    [InlineData("""data: {"error":"out of slots"}|""", "out of slots")]
    [InlineData("""data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c"}]},"finish_reason":"tool_calls"}]}|""", "without a function name")]
    public async Task Refuses_a_stream_that_is_no_complete_reply(string stream, string reason)
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => CompleteAsync(stream));

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request", "application/json", """{"error":{"message":"no such model","code":null}}""", "HTTP 400: no such model")]
    [InlineData("HTTP/1.1 500 Oops", "text/html", "<html>", "HTTP 500: <html>")]
    [InlineData("HTTP/1.1 200 OK", "application/json", "{}", "application/json instead of an event stream")]
    public async Task Says_what_a_server_answered_instead(string status, string type, string body, string reason)
    {
        LlmException e = await Assert.ThrowsAsync<LlmException>(() => ServeAsync($"{status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Survives_truncated_and_mutated_streams()
    {
        const string stream = """data: {"choices":[{"delta":{"content":"a","tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}|""";
        var random = new Random(11);
        for (int i = 0; i < 300; i++)
        {
            char[] mutated = stream.ToCharArray();
            mutated[random.Next(6, mutated.Length)] = "{}[]\":,0n\n"[random.Next(10)];
            string sent = i % 3 == 0 ? stream[..random.Next(stream.Length)] : new string(mutated);
            try
            {
                await CompleteAsync(sent);
            }
            catch (LlmException)
            {
                // Either a reply or this: nothing else may come out.
            }
        }
    }

    [Fact]
    public async Task Closes_its_connection_with_fin_after_the_streams_end()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task<int> afterwards = ServeChunkedThenReadAsync(listener);
        var connections = new TaskConnections(static (_, in _, _) => { });

        await ClientOf(connections, listener).CompleteAsync(s_request, default);
        connections.Dispose();

        // A reset would throw; a clean close reads as the end.
        Assert.Equal(0, await afterwards.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    private static async Task<int> ServeChunkedThenReadAsync(TcpListener listener)
    {
        using Socket socket = await listener.AcceptSocketAsync();
        var buffer = new byte[4096];
        await socket.ReceiveAsync(buffer);
        await socket.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
        string data = """data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{data.Length:x}\r\n{data}\r\n"));
        await Task.Delay(50);
        await socket.SendAsync("0\r\n\r\n"u8.ToArray());
        return await socket.ReceiveAsync(buffer);
    }

    private static Task<ChatReply> CompleteAsync(string stream)
    {
        string body = stream.Replace("|", "\n\n", StringComparison.Ordinal);
        return ServeAsync($"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n{body}");
    }

    private static async Task<ChatReply> ServeAsync(string response)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connections = new TaskConnections(static (_, in _, _) => { });
        Task<ChatReply> reply = ClientOf(connections, listener).CompleteAsync(s_request, default);
        using Socket socket = await listener.AcceptSocketAsync();
        await socket.ReceiveAsync(new byte[4096]);
        await socket.SendAsync(Encoding.UTF8.GetBytes(response));
        socket.Shutdown(SocketShutdown.Send);
        return await reply.WaitAsync(TimeSpan.FromSeconds(5));
    }

    private static ChatClient ClientOf(TaskConnections connections, TcpListener listener) =>
        new(connections.Http, new Uri($"http://{listener.LocalEndpoint}"), "agent-a");
}
