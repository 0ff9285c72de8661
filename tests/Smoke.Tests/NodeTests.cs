using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace NodeBox.Smoke.Tests;

/// <summary>Nodes outside of a lab, as on machines of their own.</summary>
public sealed class NodeTests
{
    [Fact]
    public async Task Serves_without_its_collector_and_warns_once()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        using Invocation node = testbed.StartNode("n2");
        await node.SayAsync("is ready on");
        using var http = new HttpClient();
        var order = new Dictionary<string, int> { ["order_id"] = 1000, ["item_id"] = 1, ["quantity"] = 1 };
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await http.PostAsJsonAsync($"http://{testbed.Network}.2:7201/", order);
            Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        JsonElement health = await http.GetFromJsonAsync<JsonElement>($"http://{testbed.Network}.2:9464/health");
        Assert.Equal("n2", health.GetProperty("node").GetString());
        Assert.Equal("ok", health.GetProperty("status").GetString());
        string metrics = await http.GetStringAsync($"http://{testbed.Network}.2:9464/metrics");
        Assert.Contains("nodebox_telemetry_records_acked_total 0\n", metrics);

        Signals.Send(node.Pid, Signals.Terminate);
        Outcome outcome = (await node.EndAsync(Patience.ForProgress)).Expect(0);
        string warning = Assert.Single(outcome.Errors, static line => line.Contains("telemetry does not reach the collector"));
        Assert.Contains($"http://{testbed.Network}.4:4400", warning);
        Assert.Contains(outcome.Errors, static line => line.Contains("n2 is stopping"));
        Assert.NotEqual(0, Directory.EnumerateFiles(Path.Combine(testbed.State, testbed.Name, "n2", "spool")).Sum(static file => new FileInfo(file).Length));
    }

    [Fact]
    public async Task A_run_against_nothing_says_which_node_does_not_answer()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        Outcome outcome = (await testbed.RunAsync("run-scenario", "baseline", "--json")).Expect(4);
        Assert.Contains($"does not answer at http://{testbed.Network}.1:9464/health: Connection refused", Assert.Single(outcome.Errors));
        Assert.All(outcome.Out, static line => JsonDocument.Parse(line).Dispose());
        Assert.False(Directory.Exists(Path.Combine(testbed.Folder, "runs")));
    }
}
