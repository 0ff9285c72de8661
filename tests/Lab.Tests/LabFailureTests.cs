using System.Diagnostics;

namespace NodeBox.Lab.Tests;

/// <summary>Labs whose nodes, supervisor or driver fail: the reason is told, and nothing is left.</summary>
public sealed class LabFailureTests
{
    private const int SigUsr1 = 10;

    [Fact]
    public async Task A_killed_node_takes_the_whole_lab_down_and_leaves_the_reason()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(lab.Spec(TestLab.Obedient, "echo last words; " + TestLab.Obedient));
        NodeState victim = running.State.Nodes[1];
        Libc.Kill(victim.Pid, Libc.SigKill);

        string? reason = (await running.Ended.WaitAsync(TestLab.Patience)).Reason;
        Assert.StartsWith($"node n2 was ended by signal 9 (SIGKILL: by hand, or for lack of memory); see {victim.Log}", reason);
        Assert.EndsWith("last words", reason);
        Assert.Empty(lab.Remains());
        LabState state = Labs.Status(lab.Name)!;
        Assert.Equal(LabStatus.Failed, state.Status);
        Assert.Equal(reason, state.Reason);
        Assert.Equal("last words\n", File.ReadAllText(victim.Log));

        await using RunningLab again = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));
        Assert.Null(Labs.Status(lab.Name)!.Reason);
    }

    [Fact]
    public async Task A_node_that_ends_by_itself_takes_the_lab_down()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(lab.Spec(TestLab.Obedient, OnSignal("kill -ABRT $$")));
        Libc.Kill(running.State.Nodes[1].Pid, SigUsr1);
        Assert.StartsWith("node n2 was ended by signal 6 (SIGABRT", (await running.Ended.WaitAsync(TestLab.Patience)).Reason);
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task Nodes_end_with_a_killed_supervisor_and_the_next_up_cleans()
    {
        await using var lab = new TestLab();
        LabSpec spec = TestLab.TwoNodes(lab.Name);
        await using RunningLab running = await TestLab.UpAsync(spec);
        Libc.Kill(running.State.SupervisorPid, Libc.SigKill);
        await TestLab.UntilAsync(() => lab.Processes().Count == 0, "the nodes end with their standard input");
        Assert.Contains("signal 9", (await running.Ended.WaitAsync(TestLab.Patience)).Reason);

        LabState state = Labs.Status(lab.Name)!;
        Assert.Equal(LabStatus.Abandoned, state.Status);
        Assert.Contains("was killed", state.Reason);
        Assert.NotEmpty(lab.Remains());

        await using RunningLab again = await TestLab.UpAsync(spec);
        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);
        Assert.Equal(2, lab.Processes().Count);
    }

    [Fact]
    public async Task Down_cleans_after_a_killed_supervisor_even_nodes_that_did_not_notice()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(lab.Spec($"touch \"${NodeEnvironment.ReadyFile}\"; sleep 60 & exec sleep 60"));
        Libc.Kill(running.State.SupervisorPid, Libc.SigKill);
        await running.Ended.WaitAsync(TestLab.Patience);
        Assert.Equal(2, lab.Processes().Count);

        LabState? before = await Labs.DownAsync(lab.Name);
        Assert.Equal(LabStatus.Abandoned, before!.Status);
        Assert.Empty(lab.Remains());
        Assert.False(Directory.Exists(lab.Directory));
    }

    [Fact]
    public async Task A_killed_driver_leaves_nothing_of_a_bound_lab()
    {
        await using var lab = new TestLab();
        using Process driver = TestLab.Start([Program.Path, "drive", lab.Name]);
        Assert.Equal("up", await driver.StandardOutput.ReadLineAsync().WaitAsync(TestLab.Patience));
        Assert.Equal(LabStatus.Up, Labs.Status(lab.Name)!.Status);

        driver.Kill();
        await TestLab.UntilAsync(() => !Directory.Exists(lab.Directory), "the lab goes with its driver");
        Assert.Empty(lab.Remains());
        Assert.Null(Labs.Status(lab.Name));
    }

    [Fact]
    public async Task The_supervisor_holds_nothing_open_of_what_its_driver_was_given()
    {
        await using var lab = new TestLab();
        using Process driver = TestLab.Start(["sh", "-c", "exec 9</etc/hostname; exec \"$@\"", "sh", Program.Path, "drive", lab.Name]);
        Assert.Equal("up", await driver.StandardOutput.ReadLineAsync().WaitAsync(TestLab.Patience));
        Assert.Contains("/etc/hostname", OpenFiles(driver.Id));
        Assert.DoesNotContain("/etc/hostname", OpenFiles(Labs.Status(lab.Name)!.SupervisorPid));
        driver.Kill();
        await TestLab.UntilAsync(() => !Directory.Exists(lab.Directory), "the lab goes with its driver");
    }

    [Fact]
    public async Task A_node_that_never_becomes_ready_fails_the_lab_with_the_last_lines_of_its_log()
    {
        await using var lab = new TestLab();
        LabSpec spec = lab.Spec("echo waiting for Godot; exec cat", TestLab.Obedient) with { ReadyWithin = TimeSpan.FromSeconds(5) };
        var failure = await Assert.ThrowsAsync<LabException>(() => TestLab.UpAsync(spec));
        Assert.Equal(LabFault.Failed, failure.Fault);
        Assert.StartsWith("node n1 was not ready within 5 s; see ", failure.Message);
        Assert.EndsWith("waiting for Godot", failure.Message);
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task A_node_that_exits_at_once_fails_the_lab_with_its_code_and_its_error()
    {
        await using var lab = new TestLab();
        var failure = await Assert.ThrowsAsync<LabException>(() => TestLab.UpAsync(lab.Spec(TestLab.Obedient, "echo port 7001 is taken >&2; exit 3")));
        Assert.StartsWith("node n2 exited with code 3; see ", failure.Message);
        Assert.EndsWith("port 7001 is taken", failure.Message);
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_fails_the_lab()
    {
        await using var lab = new TestLab();
        DirectoryInfo logs = Directory.CreateTempSubdirectory("nodebox-lab-test-");
        try
        {
            File.CreateSymbolicLink(Path.Combine(logs.FullName, "n2.log"), "/dev/full");
            LabSpec spec = lab.Spec(TestLab.Obedient, OnSignal("echo hello"));
            await using RunningLab running = await TestLab.UpAsync(spec with { LogDirectory = logs.FullName });
            Libc.Kill(running.State.Nodes[1].Pid, SigUsr1);
            string? reason = (await running.Ended.WaitAsync(TestLab.Patience)).Reason;
            Assert.Contains("No space left on device", reason);
            Assert.Contains("n2.log", reason);
            Assert.Empty(lab.Remains());
        }
        finally
        {
            logs.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_program_that_cannot_run_is_named()
    {
        await using var lab = new TestLab();
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "#!/no/such/interpreter\n");
            await TestLab.OutputAsync("chmod", "u+x", file);
            LabSpec spec = new(lab.Name, [new LabNode("n1", "10.77.0.1", [file])]);
            var failure = await Assert.ThrowsAsync<LabException>(() => TestLab.UpAsync(spec));
            Assert.Contains($"exec of \"{file}\" failed", failure.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task An_unknown_congestion_control_is_refused_with_those_that_the_kernel_has()
    {
        await using var lab = new TestLab();
        LabSpec spec = TestLab.TwoNodes(lab.Name) with { CongestionControl = "nosuch" };
        var failure = await Assert.ThrowsAsync<LabException>(() => TestLab.UpAsync(spec));
        Assert.Equal(LabFault.Machine, failure.Fault);
        Assert.Matches("no TCP congestion control 'nosuch', but: .*cubic", failure.Message);
        Assert.Empty(lab.Remains());
    }

    [Fact]
    public async Task An_up_that_is_cancelled_leaves_nothing()
    {
        await using var lab = new TestLab();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TestLab.UpAsync(lab.Spec("exec cat"), cancellation.Token));
        Assert.Empty(lab.Remains());
        Assert.False(Directory.Exists(lab.Directory));
    }

    [Fact]
    public async Task A_down_while_it_starts_ends_the_up()
    {
        await using var lab = new TestLab();
        Task<RunningLab> up = TestLab.UpAsync(lab.Spec("exec cat"));
        await TestLab.UntilAsync(() => Labs.Status(lab.Name)?.Nodes[0].Pid > 0, "the node is started");
        await Labs.DownAsync(lab.Name);
        var failure = await Assert.ThrowsAsync<LabException>(() => up);
        Assert.Contains("was taken down while it was starting", failure.Message);
    }

    [Fact]
    public async Task A_supervisor_that_cannot_start_is_told_of()
    {
        await using var lab = new TestLab();
        var failure = await Assert.ThrowsAsync<LabException>(() => Labs.UpAsync(TestLab.TwoNodes(lab.Name), ["/no/such/nodebox"]));
        Assert.Contains("/no/such/nodebox", failure.Message);
    }

    [Fact]
    public async Task Without_rights_the_way_out_is_told()
    {
        await using var lab = new TestLab();
        Assert.SkipWhen(Programs.Find("setpriv") is null, "needs setpriv of util-linux");
        string said = await TestLab.OutputAsync(
            Programs.Find("setpriv")!, "--bounding-set=-net_admin", Program.Path, "up", lab.Name);
        Assert.Equal("Machine: a lab needs root, or CAP_NET_ADMIN and CAP_SYS_ADMIN: run it with sudo", said);
    }

    /// <summary>A node that becomes ready and then does this at SIGUSR1.</summary>
    private static string OnSignal(string action) =>
        $"trap '{action}' USR1; touch \"${NodeEnvironment.ReadyFile}\"; while :; do sleep 0.05; done";

    private static IEnumerable<string?> OpenFiles(int pid) =>
        Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Select(path => new FileInfo(path).LinkTarget);
}
