using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Http;

/// <summary>Requests whose body HTTP itself cannot take: they, too, get an error of the protocol that is spoken at that address.</summary>
public sealed class BrokenBodiesTests(Testbed testbed)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Bodies =>
    [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n0\r\n\r\n",
        "Content-Length: 100000000\r\n\r\n{",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Get_an_a2a_error(string framing)
    {
        RawAnswer answer = await SendAsync(testbed.AgentA, framing);

        Assert.Equal((200, -32600), (answer.Status, answer.Error().GetProperty("code").GetInt32()));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Get_an_mcp_error(string framing)
    {
        RawAnswer answer = await SendAsync(testbed.SyntheticServer, framing);

        Assert.Equal((StatusOf(framing), -32600), (answer.Status, answer.Error().GetProperty("code").GetInt32()));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Get_an_openai_error(string framing)
    {
        RawAnswer answer = await SendAsync(new Uri(testbed.Llm, "/v1/chat/completions"), framing);

        JsonElement error = answer.Error();
        Assert.Equal((StatusOf(framing), "invalid_request_error"), (answer.Status, error.GetProperty("type").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    private static int StatusOf(string framing) => framing.StartsWith("Content-Length", StringComparison.Ordinal) ? 413 : 400;

    /// <param name="url">Where to post.</param>
    /// <param name="framing">The last header, which says how long the body is, and the body.</param>
    private static async Task<RawAnswer> SendAsync(Uri url, string framing)
    {
        using var patience = new CancellationTokenSource(s_patience);
        using var connection = new TcpClient();
        await connection.ConnectAsync(url.Host, url.Port, patience.Token);
        string request = $"POST {url.AbsolutePath} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\nA2A-Version: 1.0\r\n"
            + $"Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n{framing}";
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), patience.Token);
        using var reader = new StreamReader(connection.GetStream());
        string[] answer = (await reader.ReadToEndAsync(patience.Token)).Split("\r\n\r\n", 2);
        RawHttp.AssertNothingOfTheInside(answer[1]);
        return new RawAnswer(int.Parse(answer[0].Split(' ')[1], CultureInfo.InvariantCulture), answer[1]);
    }
}
