using System.Net;
using System.Text;
using System.Text.Json;

namespace NodeBox.A2A.Tests;

public sealed class A2AClientTests
{
    private static readonly Uri s_agent = new("http://127.0.0.1:7001");
    private static readonly SendMessageRequest s_hello = new(Message.FromUser("hello"));

    [Fact]
    public async Task Sends_a_message_as_the_binding_asks_for()
    {
        HttpRequestMessage? sent = null;
        string body = "";
        A2AClient client = Answering(async request =>
        {
            sent = request;
            body = await request.Content!.ReadAsStringAsync();
            return Json("""{"jsonrpc":"2.0","id":1,"result":{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{"artifactId":"a","parts":[{"text":"hi"}]}]}}}""");
        });

        SendMessageResponse response = await client.SendMessageAsync(s_agent, s_hello);

        Assert.Equal("hi", response.Task!.AnswerText());
        Assert.Equal("1.0", Assert.Single(sent!.Headers.GetValues("A2A-Version")));
        Assert.Equal("application/json", sent.Content!.Headers.ContentType!.MediaType);
        JsonElement request = JsonDocument.Parse(body).RootElement;
        Assert.Equal("SendMessage", request.GetProperty("method").GetString());
        Assert.Equal("ROLE_USER", request.GetProperty("params").GetProperty("message").GetProperty("role").GetString());
    }

    [Theory]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Task not found","data":[{"@type":"x","reason":"r","domain":"d","more":1}]}}""", -32001)]
    [InlineData(200, """{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Invalid JSON payload"}}""", -32700)]
    [InlineData(503, """{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"busy"}}""", -32000)]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"error":{"code":-31234,"message":"own"}}""", -31234)]
    [InlineData(502, "<html>", -32006)]
    [InlineData(200, "<html>", -32006)]
    [InlineData(200, "", -32006)]
    [InlineData(200, "null", -32006)]
    [InlineData(200, """{"jsonrpc":"2.0","id":2,"result":{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"}}}}""", -32006)]
    [InlineData(200, """{"jsonrpc":"2.0","id":1}""", -32006)]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"result":{}}""", -32006)]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"result":{"task":{"id":"t"}}}""", -32006)]
    [InlineData(200, """{"jsonrpc":"2.0","id":1,"result":{"task":{"id":"t","status":{"state":"SURPRISE"}}}}""", -32006)]
    public async Task Turns_errors_and_wrong_answers_into_exceptions_with_their_code(int status, string answer, int code)
    {
        A2AClient client = Answering(_ => Task.FromResult(Json(answer, (HttpStatusCode)status)));

        A2AException e = await Assert.ThrowsAsync<A2AException>(() => client.SendMessageAsync(s_agent, s_hello));

        Assert.Equal((A2AErrorCode)code, e.Code);
    }

    [Fact]
    public async Task Survives_every_truncated_answer()
    {
        const string whole = """{"jsonrpc":"2.0","id":1,"result":{"task":{"id":"t","status":{"state":"TASK_STATE_COMPLETED"}}}}""";
        for (int length = 0; length < whole.Length; length++)
        {
            A2AClient client = Answering(_ => Task.FromResult(Json(whole[..length])));
            await Assert.ThrowsAsync<A2AException>(() => client.SendMessageAsync(s_agent, s_hello));
        }
    }

    [Fact]
    public async Task Fetches_the_card_at_its_well_known_path()
    {
        Uri? asked = null;
        A2AClient client = Answering(request =>
        {
            asked = request.RequestUri;
            return Task.FromResult(Json(AgentCardTests.Minimal));
        });

        AgentCard card = await client.GetAgentCardAsync(s_agent);

        Assert.Equal("http://127.0.0.1:7001/.well-known/agent-card.json", asked!.AbsoluteUri);
        Assert.Equal("http://127.0.0.1:7001/a2a", card.JsonRpcEndpoint().AbsoluteUri);
    }

    [Theory]
    [InlineData(404, "")]
    [InlineData(200, "{}")]
    [InlineData(200, "[")]
    public async Task Refuses_what_is_no_card(int status, string answer)
    {
        A2AClient client = Answering(_ => Task.FromResult(Json(answer, (HttpStatusCode)status)));

        A2AException e = await Assert.ThrowsAsync<A2AException>(() => client.GetAgentCardAsync(s_agent));

        Assert.Contains("127.0.0.1:7001", e.Message, StringComparison.Ordinal);
    }

    private static A2AClient Answering(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) => new(new HttpClient(new Stub(answer)));

    private static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private sealed class Stub(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(request);
    }
}
