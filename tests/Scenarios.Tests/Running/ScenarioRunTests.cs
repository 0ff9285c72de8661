using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;

namespace NodeBox.Scenarios.Tests.Running;

public sealed class ScenarioRunTests
{
    [Fact]
    public async Task Goes_through_its_phases_in_order()
    {
        await using TestRun run = await TestRun.StartAsync();
        await run.ExecuteAsync(TestRun.Scenario("baseline", 3));

        string[] order =
        [
            "n1 health", "n1 flush", $$"""start {"run_id":"{{run.RunId}}"}""", "task", "n1 flush", "n1 health",
            "driver flush", $"finish {run.RunId}", "file tasks.parquet", "file logs/n1.log", $"delete {run.RunId}",
        ];
        Assert.Equal(order, run.Log.Order("n1", "start", "task", "driver", "finish", "file", "delete"));
        Assert.Equal("content of tasks.parquet", File.ReadAllText(Path.Combine(run.Folder, "tasks.parquet")));
        Assert.Equal("content of logs/n1.log", File.ReadAllText(Path.Combine(run.Folder, "logs/n1.log")));
        string[] phases = ["checking nodes", "running", "waiting for the last calls", "writing the run folder"];
        Assert.Equal(phases, run.Progress.Select(progress => progress.Phase).Distinct());
    }

    [Fact]
    public async Task The_manifest_says_how_the_run_came_about()
    {
        await using TestRun run = await TestRun.StartAsync(runs: 2);
        run.N1.ClockError = TimeSpan.FromSeconds(3);
        Scenario scenario = TestRun.Scenario("baseline", 2, concurrency: 2);
        await run.ExecuteAsync(scenario);

        JsonElement manifest = run.Manifest;
        Assert.Equal((1, run.RunId), (Int(manifest, "schema"), Text(manifest, "run_id")));
        Assert.Equal((7, 2), (Int(manifest, "seed"), Int(manifest, "runs")));
        Assert.Equal(
            ("nodebox run-scenario", "pooled", "n2"),
            (Text(manifest, "command"), Text(manifest, "connections"), Text(manifest, "driver")));
        Assert.True(manifest.GetProperty("complete").GetBoolean());
        Assert.Null(run.IncompleteReason);
        Assert.True(manifest.GetProperty("begin_ns").GetInt64() <= run.Records.Min(record => record.BeginNs));
        Assert.True(manifest.GetProperty("end_ns").GetInt64() >= run.Records.Max(record => record.EndNs));
        Assert.Equal(
            $$"""[{"name":"baseline","file":"{{scenario.File}}","sha256":"{{scenario.Sha256}}","tasks":2,"concurrency":2,"decide":null,"backends":null}]""",
            Compact(manifest.GetProperty("scenarios")));
        Assert.Equal("""{"nodebox":"0.1.0"}""", Compact(manifest.GetProperty("versions")));

        JsonElement n1 = manifest.GetProperty("nodes").GetProperty("n1");
        Assert.Equal(("agent-a+baseline", "6.18.0", "none"), (Text(n1, "role"), Text(n1, "kernel"), Text(n1, "rung")));
        Assert.Equal(("needs CAP_BPF", "cubic"), (Text(n1, "rung_reason"), Text(n1, "congestion_control")));
        Assert.Equal(JsonValueKind.Null, n1.GetProperty("exit").ValueKind);
        Assert.InRange(n1.GetProperty("clock_bound_ns").GetInt64(), 3_000_000_000, 4_000_000_000);
        Assert.Equal(
            """{"tcp_probe":{"seen":10,"filtered":1,"aggregated":2,"emitted":3,"dropped":4,"missed":5,"figures":["rtt"]}}""",
            Compact(n1.GetProperty("ledger")));
        Assert.Equal(6, Int(n1, "dropped_records"));
        Assert.Equal(4, n1.GetProperty("cpu").GetProperty("run_queue_delay_ms").GetDouble());
        Assert.InRange(n1.GetProperty("cpu").GetProperty("busy").GetDouble(), 0.0001, 1);

        JsonElement link = Assert.Single(manifest.GetProperty("links").EnumerateArray());
        Assert.Equal(("n2", "n1", "none"), (Text(link, "from"), Text(link, "to"), Text(link, "asked")));
        Assert.InRange(link.GetProperty("achieved").GetProperty("http_round_trip_us").GetInt64(), 1, 10_000_000);
    }

    [Fact]
    public async Task Repeats_every_scenario_with_the_same_tasks()
    {
        await using TestRun run = await TestRun.StartAsync(runs: 2);
        await run.ExecuteAsync(TestRun.Scenario("baseline", 2), TestRun.Scenario("agentic-simple", 2));

        string[] expected =
        [
            "1 baseline t0001", "1 baseline t0002", "1 agentic-simple t0001", "1 agentic-simple t0002",
            "2 baseline t0001", "2 baseline t0002", "2 agentic-simple t0001", "2 agentic-simple t0002",
        ];
        Assert.Equal(expected, run.Records.Select(record => $"{record.Rep} {record.Scenario} {record.TaskKey}"));
        Assert.All(run.Records, record => Assert.Equal(("success", "pooled"), (record.Outcome, record.Variant)));
        Assert.Equal(8, run.Records.Select(record => record.TaskId).Distinct().Count());
        Assert.Equal(run.Entry.Bodies[..2], run.Entry.Bodies[2..]);
        Assert.NotEqual(run.Entry.Bodies[0], run.Entry.Bodies[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_closed_loop_keeps_its_concurrency(int concurrency)
    {
        await using TestRun run = await TestRun.StartAsync();
        TaskCompletionSource all = new();
        run.Entry.Serving = async (number, _) =>
        {
            if (number == concurrency)
            {
                all.SetResult();
            }

            // No task is answered before as many are there, and then late enough for one too many to be seen.
            await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await Task.Delay(20);
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 20, concurrency));

        Assert.Equal(concurrency, run.Entry.MostAtOnce);
        Assert.Equal(20, run.Records.Count);
        int[] done = [.. run.Progress.Where(progress => progress.Scenario is not null).Select(progress => progress.Done)];
        Assert.Equal(Enumerable.Range(0, 21), done);
    }

    [Theory]
    [InlineData("pooled", 1, null)]
    [InlineData("per_task", 5, "per_task")]
    public async Task Tasks_share_the_drivers_connections_or_ask_for_their_own_everywhere(string setting, int connections, string? asked)
    {
        await using TestRun run = await TestRun.StartAsync();
        var seen = new ConcurrentBag<(string Connection, string? Asked)>();
        run.Entry.Serving = (_, context) =>
        {
            seen.Add((context.Connection.Id, Activity.Current?.GetBaggageItem("nodebox.connections")));
            return Task.CompletedTask;
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 5) with { Connections = setting });

        Assert.Equal((5, connections), (seen.Count, seen.Select(static task => task.Connection).Distinct().Count()));
        Assert.All(seen, task => Assert.Equal(asked, task.Asked));
        Assert.All(run.Records, record => Assert.Equal(setting, record.Variant));
        Assert.Equal(setting, run.Manifest.GetProperty("connections").GetString());
    }

    [Fact]
    public async Task Tasks_say_which_topology_they_run_in_where_a_run_compares_two()
    {
        await using TestRun run = await TestRun.StartAsync();
        var seen = new ConcurrentQueue<string?>();
        run.Entry.Serving = (_, _) =>
        {
            seen.Enqueue(Activity.Current?.GetBaggageItem("nodebox.llm"));
            return Task.CompletedTask;
        };
        Scenario agentic = TestRun.Scenario("agentic-simple", 1);
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1), agentic, agentic with { Backends = "separate" });

        Assert.Equal([null, "one", "own"], seen);
        Assert.Equal(["pooled", "pooled", "pooled+separate"], run.Records.Select(static record => record.Variant));
        Assert.Equal(
            ["null", "\"shared\"", "\"separate\""],
            run.Manifest.GetProperty("scenarios").EnumerateArray().Select(static scenario => scenario.GetProperty("backends").GetRawText()));
        Assert.Equal(
            ["baseline/", "agentic-simple/pooled", "agentic-simple/pooled+separate"],
            run.Progress.Where(static progress => progress.Scenario is not null)
                .Select(static progress => $"{progress.Scenario}/{progress.Variant}").Distinct());

        seen.Clear();
        await using TestRun alone = await TestRun.StartAsync();
        alone.Entry.Serving = run.Entry.Serving;
        await alone.ExecuteAsync(agentic with { Backends = "separate" });
        Assert.Equal([null], seen);
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(7UL)]
    public void Variants_of_a_scenario_take_turns_in_being_its_first(ulong seed)
    {
        Scenario agentic = TestRun.Scenario("agentic-simple", 1);
        Scenario[] scenarios =
        [
            agentic, TestRun.Scenario("baseline", 1), agentic with { Backends = "separate" }, agentic with { Connections = "per_task" },
        ];
        var request = new RunRequest("r", scenarios, 6, seed, "runs", "", new Dictionary<string, string>());

        IReadOnlyList<Scenario>[] repetitions = [.. Enumerable.Range(1, 6).Select(request.InOrder)];
        Assert.All(repetitions, repetition => Assert.Equal(scenarios.ToHashSet(), repetition.ToHashSet()));
        Assert.All(repetitions, repetition => Assert.Equal("baseline", repetition[1].Name));
        foreach (int place in new[] { 0, 2, 3 })
        {
            Assert.Equal([2, 2, 2], repetitions.CountBy(repetition => repetition[place].Variant).Select(static times => times.Value));
            Assert.Equal(3, repetitions.Take(3).Select(repetition => repetition[place].Variant).Distinct().Count());
        }
    }

    [Fact]
    public async Task Waits_until_no_call_of_a_task_is_served_and_lets_shared_connections_be()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.N1.InProgress = [0, 2, 1, 0];
        run.N2.OpenFlows = [0, 2, 1, 0];
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.Equal((4, 2), (run.N1.Flushes, run.N2.Flushes));
    }

    [Fact]
    public async Task Waits_for_the_end_of_flows_where_tasks_close_theirs()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.N1.OpenFlows = [1, 3, 2, 1];
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1) with { Connections = "per_task" });
        Assert.Equal((4, 2), (run.N1.Flushes, run.N2.Flushes));
    }

    [Fact]
    public async Task Missing_nodes_are_all_named_and_nothing_is_opened()
    {
        await using TestRun run = await TestRun.StartAsync();
        await run.N1.DisposeAsync();
        run.N2.Instead = static context => context.Response.WriteAsync("<html>");
        var error = await Assert.ThrowsAsync<RunException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));

        string[] lines = error.Message.Split('\n');
        Assert.StartsWith($"node n1 does not answer at {run.N1.Target.Control}health: Connection refused", lines[0]);
        Assert.EndsWith("Is `nodebox --role agent-a+baseline` running there?", lines[0]);
        Assert.StartsWith($"what answers at {run.N2.Target.Control}health is not node n2", lines[1]);
        Assert.DoesNotContain(run.Log.Lines, line => line.StartsWith("start", StringComparison.Ordinal));
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public async Task A_node_of_another_name_is_refused()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.N2.OtherName = "n7";
        var error = await Assert.ThrowsAsync<RunException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));
        Assert.Equal($"{run.N2.Target.Control} is node n7, not n2: give all machines the same roles.toml", error.Message);
    }

    [Fact]
    public async Task A_node_that_cannot_flush_is_refused_with_its_reason()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.N2.Instead = static context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("the collector has not committed");
        };
        var error = await Assert.ThrowsAsync<RunException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));
        Assert.EndsWith("answered 503: the collector has not committed", error.Message);
    }

    [Fact]
    public async Task A_collector_with_another_run_refuses_and_no_folder_is_left()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Collector.Statuses["start"] = 409;
        var error = await Assert.ThrowsAsync<RunException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));

        Assert.Equal($$"""the collector could not start run {{run.RunId}}: 409 {"error":"refused by the test"}""", error.Message);
        Assert.Empty(run.Records);
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public async Task A_run_folder_that_cannot_be_made_ends_the_run_before_it_begins()
    {
        await using TestRun run = await TestRun.StartAsync();
        File.WriteAllText(run.OutDirectory, "a file");
        await Assert.ThrowsAnyAsync<IOException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));
        Assert.DoesNotContain(run.Log.Lines, line => line.StartsWith("start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_vanishes_makes_the_run_incomplete_and_its_figures_absent()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = async (number, _) => await (number == 2 ? run.N1.DisposeAsync() : ValueTask.CompletedTask);
        await run.ExecuteAsync(TestRun.Scenario("baseline", 3));

        Assert.Equal("no longer answering: n1", run.IncompleteReason);
        Assert.False(run.Manifest.GetProperty("complete").GetBoolean());
        JsonElement n1 = run.Manifest.GetProperty("nodes").GetProperty("n1");
        Assert.Equal(
            (JsonValueKind.Null, "{}", JsonValueKind.Null),
            (n1.GetProperty("cpu").ValueKind, Compact(n1.GetProperty("ledger")), n1.GetProperty("dropped_records").ValueKind));
        Assert.Equal(3, run.Records.Count);
        Assert.True(File.Exists(Path.Combine(run.Folder, "tasks.parquet")));
    }

    [Fact]
    public async Task A_node_that_restarts_makes_the_run_incomplete_and_counts_from_zero()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = (_, _) =>
        {
            run.N1.BootId = "second";
            return Task.CompletedTask;
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));

        Assert.Equal("restarted during the run: n1", run.IncompleteReason);
        JsonElement n1 = run.Manifest.GetProperty("nodes").GetProperty("n1");
        Assert.Equal(20, Int(n1.GetProperty("ledger").GetProperty("tcp_probe"), "seen"));
        Assert.Equal(12, Int(n1, "dropped_records"));
        Assert.Equal(JsonValueKind.Null, n1.GetProperty("cpu").ValueKind);
    }

    [Fact]
    public async Task A_node_that_answers_but_cannot_flush_at_the_end_is_reported_as_that()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = (_, _) =>
        {
            run.N2.Instead = static context =>
            {
                context.Response.StatusCode = 503;
                return context.Response.WriteAsync("the collector has not committed");
            };
            return Task.CompletedTask;
        };
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.Equal($"node n2 ({run.N2.Target.Control}flush) answered 503: the collector has not committed", run.IncompleteReason);
    }

    [Fact]
    public async Task A_driver_whose_records_are_late_leaves_an_incomplete_run_with_its_tables_and_none_open()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.FlushFailure = new TimeoutException("the collector is slow");
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.Equal("the driver's own records may be missing: the collector is slow", run.IncompleteReason);
        Assert.True(File.Exists(Path.Combine(run.Folder, "tasks.parquet")));
        Assert.Contains($"finish {run.RunId}", run.Log.Lines);
    }

    [Theory]
    [InlineData("finish", 500, "the collector could not finish run")]
    [InlineData("file", 404, "the collector could not deliver tasks.parquet: 404")]
    public async Task A_collector_that_fails_at_the_end_makes_the_run_incomplete(string what, int status, string reason)
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Collector.Statuses[what] = status;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.StartsWith($"the collector did not deliver the run: {reason}", run.IncompleteReason);
    }

    [Fact]
    public async Task A_copy_that_the_collector_keeps_is_no_failure_of_the_run()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Collector.Statuses["delete"] = 500;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.Null(run.IncompleteReason);
        Assert.Contains(run.Progress, static progress => progress.Failure?.Contains("its copy stays at the collector") == true);
    }

    [Fact]
    public async Task A_run_that_was_not_delivered_stays_at_the_collector()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Collector.Statuses["file"] = 404;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.DoesNotContain($"delete {run.RunId}", run.Log.Lines);
    }

    [Fact]
    public async Task A_node_that_vanished_has_the_balances_that_it_pushed_last()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = async (_, _) => await run.N1.DisposeAsync();
        run.Collector.Finished = """
            {"run_id":"r","files":[],"ledgers":[
              {"node":"n1","probe":"tcp_probe","at_ns":1,"seen":110,"filtered":1,"aggregated":2,"emitted":103,"dropped":4,"missed":5,"figures":["rtt"]}]}
            """;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        JsonElement ledger = run.Manifest.GetProperty("nodes").GetProperty("n1").GetProperty("ledger").GetProperty("tcp_probe");
        Assert.Equal((100, 100), (Int(ledger, "seen"), Int(ledger, "emitted")));
    }

    [Fact]
    public async Task Packets_are_asked_only_of_nodes_that_record_them()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Packets = true;
        run.N1.Rung = "tp_btf";
        RunException refused = await Assert.ThrowsAsync<RunException>(() => run.ExecuteAsync(TestRun.Scenario("baseline", 1)));
        Assert.Equal("no packets are recorded by: n1: set packets = true under [probes] in roles.toml and restart, or leave --packets out", refused.Message);
        Assert.DoesNotContain(run.Log.Lines, static line => line.StartsWith("start", StringComparison.Ordinal));

        run.N1.Packets = true;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        Assert.True(run.Manifest.GetProperty("nodes").GetProperty("n1").GetProperty("packets").GetBoolean());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"files":null,"ledgers":[]}""")]
    [InlineData("""{"files":[]}""")]
    [InlineData("""{"files":["../../escaped"],"ledgers":[]}""")]
    [InlineData("""{"files":["/tmp/escaped"],"ledgers":[]}""")]
    public async Task A_collector_that_answers_wrongly_makes_the_run_incomplete(string finished)
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Collector.Finished = finished;
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));

        Assert.StartsWith("the collector did not deliver the run: the collector", run.IncompleteReason);
        Assert.Equal([Path.Combine(run.Folder, "manifest.json")], Directory.GetFiles(run.Folder));
    }

    [Fact]
    public async Task A_collector_that_is_gone_at_the_end_makes_the_run_incomplete()
    {
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = async (_, _) => await run.Collector.DisposeAsync();
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        string reason = $"the collector did not deliver the run: the collector does not answer at {run.Collector.Url}";
        Assert.StartsWith(reason, run.IncompleteReason);
    }

    [Fact]
    public async Task An_interrupted_run_keeps_what_was_measured()
    {
        using var interrupt = new CancellationTokenSource();
        await using TestRun run = await TestRun.StartAsync();
        run.Entry.Serving = async (number, context) =>
        {
            if (number == 3)
            {
                await interrupt.CancelAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        };
        await run.ExecuteAsync(interrupt.Token, TestRun.Scenario("baseline", 10));

        Assert.Equal("interrupted by the user", run.IncompleteReason);
        Assert.Equal(["t0001", "t0002"], run.Records.Select(record => record.TaskKey));
        Assert.True(File.Exists(Path.Combine(run.Folder, "tasks.parquet")));
        Assert.Contains($"finish {run.RunId}", run.Log.Lines);
    }

    [Fact]
    public async Task A_run_that_is_interrupted_before_it_is_opened_leaves_nothing()
    {
        using var interrupt = new CancellationTokenSource();
        await using TestRun run = await TestRun.StartAsync();
        run.N1.Instead = async context =>
        {
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => run.ExecuteAsync(interrupt.Token, TestRun.Scenario("baseline", 1)));
        Assert.False(Directory.Exists(run.Folder));
    }

    [Fact]
    public async Task What_the_driver_did_not_expect_is_kept_in_the_manifest()
    {
        await using TestRun run = await TestRun.StartAsync();
        Scenario scenario = TestRun.Scenario("baseline", 1) with { Entry = "agent-b", Prompt = null };
        await run.ExecuteAsync(scenario);
        Assert.StartsWith("the driver failed: ", run.IncompleteReason);
        Assert.Contains($"finish {run.RunId}", run.Log.Lines);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("node n1 was killed by signal 9", false)]
    public async Task The_starter_adds_the_command_and_how_nodes_ended(string? failure, bool complete)
    {
        await using TestRun run = await TestRun.StartAsync();
        await run.ExecuteAsync(TestRun.Scenario("baseline", 1));
        string before = run.Manifest.GetProperty("scenarios").GetRawText();
        Manifest.NoteEnd(run.Folder, "nodebox run-scenario --lab", new Dictionary<string, int?> { ["n1"] = 0, ["n2"] = null }, failure);

        Assert.Equal("nodebox run-scenario --lab", Text(run.Manifest, "command"));
        Assert.Equal((complete, failure), (run.Manifest.GetProperty("complete").GetBoolean(), run.IncompleteReason));
        Assert.Equal(0, Int(run.Manifest.GetProperty("nodes").GetProperty("n1"), "exit"));
        Assert.Equal(JsonValueKind.Null, run.Manifest.GetProperty("nodes").GetProperty("n2").GetProperty("exit").ValueKind);
        Assert.Equal(before, run.Manifest.GetProperty("scenarios").GetRawText());
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static int Int(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    private static string Compact(JsonElement json) => JsonSerializer.Serialize(json);
}
