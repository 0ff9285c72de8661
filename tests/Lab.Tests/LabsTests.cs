using System.Diagnostics;
using System.Globalization;

namespace NodeBox.Lab.Tests;

/// <summary>Labs that come up and go down as they are told to.</summary>
public sealed class LabsTests
{
    [Fact]
    public async Task Up_status_and_down()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));

        LabState state = Labs.Status(lab.Name)!;
        Assert.Equal(LabStatus.Up, state.Status);
        Assert.Equal("cubic", state.CongestionControl);
        Assert.Null(state.Reason);
        Assert.All(state.Nodes, node => Assert.True(node.Ready));
        await TestLab.UntilAsync(
            () => state.Nodes.All(static node => File.ReadAllText($"/proc/{node.Pid}/comm").Trim() == "cat"), "the nodes' processes are theirs");
        Assert.Equal([$"nb-{lab.Name}-n1", $"nb-{lab.Name}-n2"], state.Nodes.Select(node => node.Namespace));
        Assert.Contains(Labs.All(), other => other.Name == lab.Name);

        LabState? before = await Labs.DownAsync(lab.Name);
        Assert.Equal(LabStatus.Up, before!.Status);
        LabState last = await running.Ended;
        Assert.Equal(LabStatus.Down, last.Status);
        Assert.Equal([143, 143], last.Nodes.Select(node => node.ExitCode!.Value));
        Assert.Empty(lab.Remains());
        Assert.Null(Labs.Status(lab.Name));
        Assert.Null(await Labs.DownAsync(lab.Name));
    }

    [Theory]
    [InlineData("cubic")]
    [InlineData("reno")]
    public async Task Nodes_reach_each_other_and_themselves_by_name_with_the_congestion_control_asked_for(string algorithm)
    {
        await using var lab = new TestLab();
        LabNode server = new("n1", "10.77.0.1", [Program.Path, "listen", "5000"]);
        LabSpec spec = new(lab.Name, [server, TestLab.Shell(2, TestLab.Obedient)]) { CongestionControl = algorithm };
        await using RunningLab running = await TestLab.UpAsync(spec);

        Assert.Equal($"hello {algorithm} 10.77.0.1", await lab.ExecAsync("n2", Program.Path, "connect", "n1", "5000"));
        Assert.Equal($"hello {algorithm} 10.77.0.1", await lab.ExecAsync("n1", Program.Path, "connect", "n1", "5000"));
        Assert.Equal($"hello {algorithm} 127.0.0.1", await lab.ExecAsync("n1", Program.Path, "connect", "localhost", "5000"));
    }

    [Fact]
    public async Task A_persistent_lab_outlives_the_handle_and_a_bound_one_does_not()
    {
        await using var lab = new TestLab();
        LabSpec spec = TestLab.TwoNodes(lab.Name);
        await using (await TestLab.UpAsync(spec))
        {
        }

        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);
        await Labs.DownAsync(lab.Name);

        await using (await TestLab.UpAsync(spec with { Lifetime = LabLifetime.Bound }))
        {
        }

        Assert.Null(Labs.Status(lab.Name));
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task The_machines_own_interfaces_and_routes_stay_as_they_are()
    {
        await using var lab = new TestLab();
        string before = await MachineNetworkAsync();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        Assert.Equal(before, await MachineNetworkAsync());
    }

    [Fact]
    public async Task A_second_lab_of_the_same_name_is_refused_and_the_first_stays()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        var refusal = await Assert.ThrowsAsync<LabException>(() => TestLab.UpAsync(TestLab.TwoNodes(lab.Name)));
        Assert.Contains($"lab {lab.Name} is up already (supervisor pid {running.State.SupervisorPid})", refusal.Message);
        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);
    }

    [Fact]
    public async Task Of_several_that_bring_up_one_name_at_once_one_succeeds()
    {
        await using var lab = new TestLab();
        string[] outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            try
            {
                await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
                return "up";
            }
            catch (LabException e)
            {
                return e.Message;
            }
        }));
        Assert.Single(outcomes, "up");
        Assert.Equal(2, outcomes.Count(outcome => outcome.Contains("is up already")));
        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);
    }

    [Fact]
    public async Task The_supervisor_has_a_session_of_its_own_no_terminal_and_survives_a_hangup()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        int supervisor = running.State.SupervisorPid;
        string[] stat = File.ReadAllText($"/proc/{supervisor}/stat").Split(") ")[1].Split(' ');
        Assert.Equal(supervisor.ToString(CultureInfo.InvariantCulture), stat[3]);
        Assert.Equal("0", stat[4]);

        const int SigHup = 1;
        Libc.Kill(supervisor, SigHup);
        await Task.Delay(200);
        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task Signals_to_the_supervisor_take_the_lab_down(int signal)
    {
        // A shell that runs the tests in its background has them ignore SIGINT, and the supervisor inherits that.
        Assert.SkipWhen(IsIgnored(signal), $"needs signal {signal}, which this process inherited as ignored");
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        Libc.Kill(running.State.SupervisorPid, signal);
        Assert.Equal(LabStatus.Down, (await running.Ended.WaitAsync(TestLab.Patience)).Status);
        Assert.Empty(lab.Remains());
        Assert.Null(Labs.Status(lab.Name));
    }

    // SigIgn of proc(5): a bit for each signal, the lowest for signal 1.
    private static bool IsIgnored(int signal)
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("SigIgn:"));
        ulong ignored = Convert.ToUInt64(line["SigIgn:".Length..].Trim(), 16);
        return (ignored & (1UL << (signal - 1))) != 0;
    }

    [Fact]
    public async Task A_lab_whose_name_begins_like_another_leaves_that_alone()
    {
        await using var longer = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(longer.Name));
        string shorter = longer.Name[..^1];
        await using (await TestLab.UpAsync(TestLab.TwoNodes(shorter) with { Lifetime = LabLifetime.Bound }))
        {
        }

        Assert.Null(await Labs.DownAsync(shorter));
        Assert.Equal(LabStatus.Up, Labs.Status(longer.Name)!.Status);
        Assert.Equal(2, longer.Processes().Count);
    }

    [Fact]
    public async Task Only_nodes_of_labs_that_are_up_can_be_entered()
    {
        await using var lab = new TestLab();
        Assert.Throws<LabException>(() => LabProcess.ExecPrefix(lab.Name, "n1"));
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        Assert.Equal(["netns", "exec", $"nb-{lab.Name}-n1"], LabProcess.ExecPrefix(lab.Name, "n1").Skip(1));
        var failure = Assert.Throws<LabException>(() => LabProcess.ExecPrefix(lab.Name, "n9"));
        Assert.Equal($"lab {lab.Name} has no node n9 that is up", failure.Message);
    }

    [Fact]
    public async Task A_node_is_given_no_descriptor_but_the_standard_three()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        Assert.All(running.State.Nodes, node => Assert.Equal(
            ["0", "1", "2"], Directory.EnumerateFileSystemEntries($"/proc/{node.Pid}/fd").Select(path => Path.GetFileName(path)).Order()));
    }

    [Fact]
    public async Task Logs_hold_standard_output_and_error_in_order_and_can_be_kept_elsewhere()
    {
        await using var lab = new TestLab();
        DirectoryInfo logs = Directory.CreateTempSubdirectory("nodebox-lab-test-");
        try
        {
            LabSpec spec = lab.Spec($"echo one; echo two >&2; echo three; trap 'echo last; exit' TERM; touch \"${NodeEnvironment.ReadyFile}\"; sleep 60 & wait");
            await using (await TestLab.UpAsync(spec with { LogDirectory = logs.FullName }))
            {
                await Labs.DownAsync(lab.Name);
            }

            Assert.Equal("one\ntwo\nthree\nlast\n", File.ReadAllText(Path.Combine(logs.FullName, "n1.log")));
        }
        finally
        {
            logs.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Variables_of_a_node_reach_its_program()
    {
        await using var lab = new TestLab();
        LabNode node = TestLab.Shell(1, "echo \"$GREETING\"; " + TestLab.Obedient) with
        {
            Variables = new Dictionary<string, string> { ["GREETING"] = "good \"morning\"\nthere" },
        };
        await using RunningLab running = await TestLab.UpAsync(new LabSpec(lab.Name, [node]));
        Assert.Equal("good \"morning\"\nthere\n", File.ReadAllText(running.State.Nodes[0].Log));
    }

    [Fact]
    public async Task A_node_that_ignores_sigterm_and_its_children_are_killed()
    {
        await using var lab = new TestLab();
        LabSpec spec = lab.Spec($"trap '' TERM; sleep 60 & touch \"${NodeEnvironment.ReadyFile}\"; setsid sleep 60");
        await using RunningLab running = await TestLab.UpAsync(spec with { StopWithin = TimeSpan.FromMilliseconds(300) });
        var clock = Stopwatch.StartNew();
        await Labs.DownAsync(lab.Name);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(5));
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task Progress_tells_of_nodes_that_become_ready()
    {
        await using var lab = new TestLab();
        string told = Path.GetTempFileName();
        File.Delete(told);
        var seen = new List<LabState>();
        var recorder = new Recorder(seen, state =>
        {
            if (state.Nodes.Count(static node => node.Ready) == 1)
            {
                File.WriteAllText(told, "");
            }
        });
        LabSpec spec = lab.Spec(TestLab.Obedient, $"until [ -e {told} ]; do sleep 0.05; done; {TestLab.Obedient}");
        await using RunningLab running = await Labs.UpAsync(spec, Program.Supervise, recorder, CancellationToken.None);
        File.Delete(told);
        Assert.Contains(seen, state => state.Status == LabStatus.Starting && state.Nodes.Count(node => node.Ready) == 1);
        Assert.Equal(LabStatus.Up, seen[^1].Status);
    }

    private static async Task<string> MachineNetworkAsync() =>
        await TestLab.OutputAsync(Programs.Ip, "-o", "link") + await TestLab.OutputAsync(Programs.Ip, "route", "show", "table", "all");

    private sealed class Recorder(List<LabState> seen, Action<LabState> then) : IProgress<LabState>
    {
        public void Report(LabState value)
        {
            seen.Add(value);
            then(value);
        }
    }
}
