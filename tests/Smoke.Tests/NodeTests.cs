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
        var spool = new DirectoryInfo(Path.Combine(testbed.State, testbed.Name, "n2", "spool"));
        Assert.NotEqual(0, spool.GetFiles().Sum(static file => file.Length));
    }

    [Fact]
    public async Task A_run_against_nothing_says_which_node_does_not_answer()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        Outcome outcome = (await testbed.RunAsync("run-scenario", "baseline", "--json")).Expect(4);
        Assert.Equal(4, outcome.Errors.Count);
        Assert.StartsWith("nodebox: ", outcome.Errors[0]);
        Assert.All(outcome.Errors.Index(), error => Assert.Contains(
            $"does not answer at http://{testbed.Network}.{error.Index + 1}:9464/health: Connection refused", error.Item));
        Assert.All(outcome.Out, static line => JsonDocument.Parse(line).Dispose());
        Assert.False(Directory.Exists(Path.Combine(testbed.Folder, "runs")));
    }

    [Fact]
    public async Task A_run_whose_node_dies_keeps_what_was_measured_and_names_the_node()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        const int Tasks = 200;
        testbed.WriteSmallScenarios(Tasks, concurrency: 2);
        await testbed.MakeModelAsync();
        await using LoopbackNodes nodes = await LoopbackNodes.StartAsync(testbed);
        using Invocation run = testbed.Start("run-scenario", "agentic-simple", "--state", testbed.State, "--json");
        await run.SayAsync("\"done\":2");
        await nodes.KillAsync("n3");
        Outcome outcome = (await run.EndAsync(Patience.ForRun)).Expect(4);
        JsonElement last = JsonDocument.Parse(outcome.Out[^1]).RootElement;
        Assert.Equal("no longer answering: n3", last.GetProperty("incomplete_reason").GetString());
        Assert.Equal(Tasks, last.GetProperty("tasks").GetInt32());
        Assert.InRange(last.GetProperty("failed_tasks").GetInt32(), 1, Tasks - 2);
        Assert.True(File.Exists(Path.Combine(testbed.RunFolder(), "report.html")));
    }

    [Fact]
    public async Task A_run_whose_collector_dies_says_that_it_did_not_deliver()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.WriteSmallScenarios(tasks: 100, concurrency: 2);
        await testbed.MakeModelAsync();
        await using LoopbackNodes nodes = await LoopbackNodes.StartAsync(testbed);
        using Invocation run = testbed.Start("run-scenario", "agentic-simple", "--state", testbed.State, "--json");
        await run.SayAsync("\"done\":2");
        await nodes.KillAsync("n4");
        Outcome outcome = (await run.EndAsync(Patience.ForRun)).Expect(4);
        Assert.Contains("the collector did not deliver the run", outcome.Errors[^1]);
    }

    [Theory]
    [InlineData("rm vmlinux", "/sys/kernel/btf/vmlinux is missing")]
    [InlineData("echo nonsense > vmlinux", "not BTF")]
    public async Task Serves_on_a_kernel_without_usable_BTF(string change, string why)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to hide the kernel's BTF from one process");
        await using Testbed testbed = Testbed.OnLoopback();
        string hide = $"mount -t tmpfs none /sys/kernel/btf && (cd /sys/kernel/btf && touch vmlinux && {change}) && exec \"$@\"";
        using Invocation node = testbed.StartNode("n2", "unshare", "--mount", "sh", "-c", hide, "sh");
        await node.SayAsync("n2 (agent-b+tools+baseline) is ready on");
        await node.SayAsync("flows are not measured: ");
        Signals.Send(node.Pid, Signals.Terminate);
        Outcome outcome = (await node.EndAsync(Patience.ForProgress)).Expect(0);
        Assert.Contains(why, Assert.Single(outcome.Errors, static line => line.StartsWith("warning node: flows")));
    }
}
