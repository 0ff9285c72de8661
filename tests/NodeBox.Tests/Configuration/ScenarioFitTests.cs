using System.Net;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using NodeBox.A2A;
using NodeBox.Configuration;
using NodeBox.Roles.Agent;
using NodeBox.Scenarios.Definition;

namespace NodeBox.Tests.Configuration;

/// <summary>
/// Scenarios and roles are projects that do not know each other: what scenarios ask for is what the tool servers and the chain serve.
/// </summary>
public sealed class ScenarioFitTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private Services _services = null!;
    private McpClient _db = null!;
    private McpClient _synthetic = null!;

    public async ValueTask InitializeAsync()
    {
        _services = await Services.StartAsync();
        _db = await ConnectAsync(_services.Db);
        _synthetic = await ConnectAsync(_services.Synthetic);
    }

    [Theory]
    [InlineData("order", "lookup_order", "order_id")]
    [InlineData("customer", "lookup_customer", "customer_id")]
    [InlineData("item", "check_stock", "item_id")]
    public async Task A_placeholders_range_is_exactly_what_the_db_tools_find(string placeholder, string tool, string argument)
    {
        (long first, long last) = RangeOf(placeholder);
        Assert.True(await FindsAsync(first));
        Assert.True(await FindsAsync(last));
        Assert.False(await FindsAsync(first - 1));
        Assert.False(await FindsAsync(last + 1));

        async Task<bool> FindsAsync(long id) =>
            (await _db.CallToolAsync(tool, new Dictionary<string, object?> { [argument] = id })).IsError != true;
    }

    [Theory]
    [InlineData("order", "order_id")]
    [InlineData("item", "item_id")]
    public async Task A_placeholders_range_is_exactly_what_the_chain_knows(string placeholder, string argument)
    {
        (long first, long last) = RangeOf(placeholder);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(first));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(last));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(first - 1));
        Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(last + 1));

        Task<HttpStatusCode> AskAsync(long id)
        {
            var arguments = new Dictionary<string, long> { ["order_id"] = 1000, ["item_id"] = 1, ["quantity"] = 1, [argument] = id };
            return PostAsync(JsonSerializer.Serialize(arguments));
        }
    }

    [Fact]
    public async Task The_chain_takes_every_quantity()
    {
        (long first, long last) = RangeOf("quantity");
        foreach (long quantity in new[] { first, last })
        {
            Assert.Equal(HttpStatusCode.OK, await PostAsync($$"""{"order_id":1000,"item_id":1,"quantity":{{quantity}}}"""));
        }
    }

    [Fact]
    public async Task What_the_shipped_scenarios_plan_can_be_done()
    {
        IEnumerable<AgentSettings> agents = Testbeds.Shipped().Nodes.SelectMany(static node => node.Settings.Agents);
        Dictionary<string, AgentSettings> byName = agents.ToDictionary(static agent => agent.Name);
        foreach (Scenario scenario in ScenarioFiles.All().Select(Scenario.Load))
        {
            PlannedTask task = Workload.Generate(scenario, seed: 1)[0];
            if (scenario.IsBaseline)
            {
                Assert.Equal(HttpStatusCode.OK, await PostAsync(task.ServiceArguments.GetRawText()));
            }
            else
            {
                await DoAsync(byName[scenario.Entry], task.Plan!.Steps!, byName);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        await _synthetic.DisposeAsync();
        await _services.DisposeAsync();
        _http.Dispose();
    }

    /// <summary>Takes each step as the agent would, if it is connected to what the step names.</summary>
    private async Task DoAsync(AgentSettings agent, IReadOnlyList<TaskStep> steps, Dictionary<string, AgentSettings> agents)
    {
        foreach (TaskStep step in steps)
        {
            if (step.Tool is { } tool)
            {
                string[] names = tool.Split('.');
                Assert.Contains(names[0], agent.ToolServers.Keys);
                CallToolResult result = await (names[0] == "db" ? _db : _synthetic).CallToolAsync(names[1], ArgumentsOf(step));
                Assert.NotEqual(true, result.IsError);
            }
            else if (step.Service is { } service)
            {
                Assert.Contains(service, agent.Services.Keys);
                Assert.Equal(HttpStatusCode.OK, await PostAsync(step.Arguments!.Value.GetRawText()));
            }
            else
            {
                Assert.Contains(step.Delegate!, agent.Peers.Keys);
                await DoAsync(agents[step.Delegate!], step.Steps!, agents);
            }
        }
    }

    private static Dictionary<string, object?> ArgumentsOf(TaskStep step) =>
        step.Arguments!.Value.EnumerateObject().ToDictionary(static argument => argument.Name, static argument => (object?)argument.Value);

    private static (long First, long Last) RangeOf(string placeholder)
    {
        Placeholder range = Placeholders.All.Single(one => one.Name == placeholder);
        return (range.First, range.Last);
    }

    private async Task<HttpStatusCode> PostAsync(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.PostAsync(_services.Gateway, body);
        return response.StatusCode;
    }

    private static Task<McpClient> ConnectAsync(Uri server) => McpClient.CreateAsync(new HttpClientTransport(
        new HttpClientTransportOptions { Endpoint = server, TransportMode = HttpTransportMode.StreamableHttp }));
}
