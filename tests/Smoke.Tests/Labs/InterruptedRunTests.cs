using System.Text.Json;

namespace NodeBox.Smoke.Tests.Labs;

/// <summary>A run in a lab that ends before its time: what it says, its exit code, and that nothing stays behind.</summary>
public sealed class InterruptedRunTests
{
    [Theory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public async Task Stopped_by_its_user_it_keeps_what_it_measured(int signal)
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        BpfObjects objects = await MeasuringAsync(testbed, run);
        if (signal == Signals.Interrupt)
        {
            // A terminal tells the driver, too.
            Signals.SendToGroup(run.Pid, signal);
        }
        else
        {
            Signals.Send(run.Pid, signal);
        }

        Outcome outcome = (await run.EndAsync(Patience.ForProgress)).Expect(130);
        await testbed.NothingIsLeftAsync(objects);
        JsonElement last = outcome.Out.Select(static line => JsonDocument.Parse(line).RootElement).Last();
        Assert.Equal("interrupted by the user", last.GetProperty("incomplete_reason").GetString());
        AssertIncomplete(testbed, "interrupted by the user");
        Assert.True(File.Exists(Path.Combine(testbed.RunFolder(), "report.html")));
        using var tables = new Runs.RunTables(testbed.RunFolder());
        Assert.InRange(tables.Count("SELECT count(*) FROM tasks"), 1, 1000);
    }

    [Fact]
    public async Task Says_which_node_was_killed()
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        BpfObjects objects = await MeasuringAsync(testbed, run);
        Signals.Send((await testbed.NodePidsAsync())["n3"], Signals.Kill);
        Outcome outcome = (await run.EndAsync(Patience.ForProgress)).Expect(4);
        await testbed.NothingIsLeftAsync(objects);

        // What the nodes that lived have told is kept if the driver was in time for it.
        Assert.Contains("node n3 was ended by signal 9", outcome.ToString());
        string runs = Path.Combine(testbed.Folder, "runs");
        if (Directory.Exists(runs) && Directory.EnumerateFileSystemEntries(runs).Any())
        {
            AssertIncomplete(testbed, "node n3 was ended by signal 9");
        }

        Assert.Contains(
            (await testbed.RunAsync("lab", "status")).Out,
            line => line.StartsWith($"{testbed.Name}: failed: node n3 was ended by signal 9", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ends_with_its_driver()
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        BpfObjects objects = await MeasuringAsync(testbed, run);
        Signals.Send(DriverOf(testbed), Signals.Kill);
        Outcome outcome = (await run.EndAsync(Patience.ForProgress)).Expect(4);
        Assert.Contains("the driver was killed by signal 9", outcome.Errors[^1]);
        await testbed.NothingIsLeftAsync(objects);
    }

    [Fact]
    public async Task Takes_its_lab_with_it_when_it_is_killed()
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        BpfObjects objects = await MeasuringAsync(testbed, run);
        Signals.Send(run.Pid, Signals.Kill);
        await testbed.NothingIsLeftAsync(objects);
        Assert.False(Directory.Exists($"/run/nodebox/labs/{testbed.Name}"));
    }

    [Fact]
    public async Task A_killed_supervisor_ends_the_nodes_and_the_next_lab_removes_the_rest()
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        BpfObjects objects = await MeasuringAsync(testbed, run);
        int supervisor = (await testbed.LabStatusAsync()).GetProperty("supervisor_pid").GetInt32();
        Signals.Send(supervisor, Signals.Kill);
        Outcome outcome = (await run.EndAsync(Patience.ForProgress)).Expect(4);
        Assert.Contains($"the supervisor of lab {testbed.Name} (pid {supervisor}) was ended by signal 9", outcome.Errors[^1]);
        await NoProcessIsLeftAsync(testbed);
        Assert.NotEmpty(Leftovers.Of(testbed.Name, testbed.Folder));
        Assert.Equal("abandoned", (await testbed.LabStatusAsync()).GetProperty("status").GetString());
        (await testbed.RunAsync("lab", "status", "--json")).Expect(1);

        (await testbed.RunAsync("lab", "up")).Expect(0);
        (await testbed.RunAsync("lab", "down")).Expect(0);
        await testbed.NothingIsLeftAsync(objects);
    }

    [Fact]
    public async Task Stopped_while_its_lab_comes_up_it_leaves_nothing()
    {
        await using Testbed testbed = Testbed.InLab();
        using Invocation run = await StartAsync(testbed);
        await run.SayAsync("of 4 nodes ready");
        Signals.SendToGroup(run.Pid, Signals.Interrupt);
        (await run.EndAsync(Patience.ForProgress)).Expect(130);
        await testbed.NothingIsLeftAsync(BpfObjects.None);
        Assert.False(Directory.Exists($"/run/nodebox/labs/{testbed.Name}"));
    }

    // Far more tasks than any test waits for.
    private static async Task<Invocation> StartAsync(Testbed testbed)
    {
        testbed.WriteSmallScenarios(tasks: 1000, concurrency: 2);
        await testbed.MakeModelAsync();
        return testbed.Start("run-scenario", "agentic-simple", "--lab", "--json");
    }

    /// <summary>Waits until tasks have ended, and returns what eBPF objects the nodes hold.</summary>
    private static async Task<BpfObjects> MeasuringAsync(Testbed testbed, Invocation run)
    {
        await run.SayAsync("\"done\":2");
        return BpfObjects.Of((await testbed.NodePidsAsync()).Values);
    }

    private static int DriverOf(Testbed testbed)
    {
        string driver = Leftovers.Processes(testbed.Folder).Single(static process => process.Contains("--drive-only"));
        return int.Parse(driver.AsSpan("/proc/".Length, driver.IndexOf(' ') - "/proc/".Length));
    }

    private static async Task NoProcessIsLeftAsync(Testbed testbed)
    {
        DateTime until = DateTime.UtcNow + Patience.ForProgress;
        while (Leftovers.Processes(testbed.Folder).Count > 0)
        {
            Assert.True(DateTime.UtcNow < until, string.Join('\n', Leftovers.Processes(testbed.Folder)));
            await Task.Delay(20);
        }
    }

    private static void AssertIncomplete(Testbed testbed, string reason)
    {
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(testbed.RunFolder(), "manifest.json")));
        Assert.False(manifest.RootElement.GetProperty("complete").GetBoolean());
        Assert.Contains(reason, manifest.RootElement.GetProperty("incomplete_reason").GetString());
    }
}
