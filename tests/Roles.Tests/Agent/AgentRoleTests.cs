using System.Net;
using System.Text;
using System.Text.Json;
using NodeBox.A2A;

namespace NodeBox.Roles.Tests.Agent;

public sealed class AgentRoleTests
{
    [Fact]
    public async Task Serves_a_card_that_leads_back_to_the_address_it_was_asked_at()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        using var http = new HttpClient();

        AgentCard card = await new A2AClient(http).GetAgentCardAsync(testbed.AgentA);

        Assert.Equal("agent-a", card.Name);
        Assert.Equal(testbed.AgentA, card.JsonRpcEndpoint());
        Assert.Equal([TaskPlan.ExtensionUri, TakenSteps.ExtensionUri], card.Capabilities.Extensions!.Select(static extension => extension.Uri));
    }

    [Fact]
    public async Task Finds_a_finished_task_again()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        using var http = new HttpClient();
        var client = new A2AClient(http);

        AgentTask answered = (await client.SendMessageAsync(testbed.AgentA, new SendMessageRequest(Message.FromUser("hello") with { ContextId = "c7" }))).Task!;
        AgentTask found = await client.GetTaskAsync(testbed.AgentA, new TaskRequest(answered.Id));

        Assert.Equal("c7", found.ContextId);
        Assert.Equal(answered.AnswerText(), found.AnswerText());
        Assert.Equal(answered.Status, found.Status);
    }

    [Theory]
    [InlineData("{", "1.0", 200, -32700)]
    [InlineData("[]", "1.0", 200, -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"Sing","params":{}}""", "1.0", 200, -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}""", "1.0", 200, -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}""", null, 200, -32009)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"SendMessage","params":{}}""", "0.3", 200, -32009)]
    public async Task Answers_a_bad_request_with_the_protocols_own_error(string body, string? version, int status, int code)
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (HttpStatusCode answered, JsonElement response) = await PostAsync(testbed.AgentA, body, version);

        Assert.Equal(status, (int)answered);
        Assert.Equal(code, response.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Takes_the_version_as_a_query_parameter_too()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (_, JsonElement response) = await PostAsync(new Uri(testbed.AgentA, "/?A2A-Version=1.0"), """{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x"}}""", null);

        Assert.Equal(-32001, response.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Refuses_a_request_that_is_too_long()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (HttpStatusCode status, JsonElement response) = await PostAsync(testbed.AgentA, new string(' ', (1 << 20) + 1), "1.0");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(-32600, response.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Refuses_another_content_type_than_json()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();

        (_, JsonElement response) = await PostAsync(testbed.AgentA, """{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"x"}}""", "1.0", "text/plain");

        Assert.Equal(-32005, response.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Says_that_it_is_healthy()
    {
        await using AgentTestbed testbed = await AgentTestbed.StartAsync();
        using var http = new HttpClient();

        Assert.Equal("""{"status":"ok"}""", await http.GetStringAsync(new Uri(testbed.AgentA, "/health")));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Response)> PostAsync(Uri url, string body, string? version, string type = "application/json")
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body, Encoding.UTF8, type) };
        if (version is not null)
        {
            request.Headers.Add("A2A-Version", version);
        }

        using HttpResponseMessage response = await http.SendAsync(request);
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()));
    }
}
