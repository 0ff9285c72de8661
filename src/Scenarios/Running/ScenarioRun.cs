using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Running;

/// <summary>
/// One execution of scenarios, in these phases:
/// <list type="number">
/// <item>survey: every node is up and flushes what it measured before; its kernel, rung, clock and link are noted;</item>
/// <item>open: the collector opens the run;</item>
/// <item>drive: for each repetition, each scenario's tasks in a closed loop;</item>
/// <item>settle: nodes flush until they serve no call of a task and everything is committed;</item>
/// <item>close: the collector writes the tables, the driver fetches them;</item>
/// <item>record: the manifest is written.</item>
/// </list>
/// A run that breaks after it was opened keeps what was measured and says in the manifest why it is incomplete.
/// </summary>
public sealed class ScenarioRun(
    RunTarget target, RunRequest request, DriverTelemetry telemetry, CutSlice cut, IProgress<RunProgress> progress)
{
    private const string Writing = "writing the run folder";

    private readonly Lock _reporting = new();

    /// <summary>Leaves the run's folder behind, whose manifest says whether the run is complete.</summary>
    /// <exception cref="RunException">The run could not start.</exception>
    /// <exception cref="IOException">The run folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The run folder cannot be made.</exception>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        // Control traffic belongs to no task: no span, no tag.
        var sockets = new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null };
        using var http = new HttpClient(sockets) { Timeout = RunLimits.Control };
        var nodes = new NodeGroup([.. target.Nodes.Select(node => new NodeClient(http, node))], progress);
        var collector = new CollectorClient(http, target.Collector);

        IReadOnlyList<NodeState> before = await nodes.BeginAsync(cancellation);
        if (request.Packets && NodeGroup.WithoutPackets(before) is { } reason)
        {
            throw new RunException(reason);
        }

        await OpenAsync(collector);
        long beginNs = NodeClock.NowNs();
        string? broken = await TryDriveAsync(cancellation);

        // Whoever interrupts a run waits for its end, but not as long as somebody who does not.
        using var closing = new CancellationTokenSource(RunLimits.Close);
        await using CancellationTokenRegistration hurry = cancellation.Register(() => closing.CancelAfter(RunLimits.InterruptedClose));
        bool flowsEnd = request.Scenarios.All(static scenario => scenario.Connections == CallConnections.PerTask);
        IReadOnlyList<NodeEnd> after = await nodes.SettleAsync(before, flowsEnd, closing.Token);
        broken ??= NodeGroup.Missing(before, after);
        progress.Report(new RunProgress(Writing));
        string? unflushed = await TryFlushAsync(closing.Token);
        (string? undelivered, ILookup<string, CollectedLedger>? ledgers) = await TryCloseAsync(collector, closing.Token);
        Directory.CreateDirectory(request.Folder);
        IReadOnlyList<NodeState?> states = [.. after.Select(static end => end.State)];
        ManifestOf(beginNs, undelivered ?? broken ?? unflushed, before, states, ledgers).Write(request.Folder);
    }

    // A run that has nowhere to go is not driven, and one whose driver is killed leaves no folder without a manifest: so the folder is
    // made and removed again.
    private async Task OpenAsync(CollectorClient collector)
    {
        Directory.CreateDirectory(request.Folder);
        Directory.Delete(request.Folder);

        // Not cancelled half-way: a run that was opened and that nobody closes would keep others from opening theirs.
        await collector.StartAsync(request.RunId, CancellationToken.None);
    }

    /// <returns>null, or why not all tasks were driven.</returns>
    private async Task<string?> TryDriveAsync(CancellationToken cancellation)
    {
        try
        {
            using var connections = new CallConnections(cut);
            var sender = new TaskSender(target.Entries, connections, request);
            for (int rep = 1; rep <= request.Runs; rep++)
            {
                foreach (Scenario scenario in request.InOrder(rep))
                {
                    await DriveAsync(scenario, rep, sender, cancellation);
                }
            }

            return null;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return "interrupted by the user";
        }
        catch (Exception e)
        {
            return $"the driver failed: {e.GetType().Name}: {e.Message}";
        }
    }

    private async Task DriveAsync(Scenario scenario, int rep, TaskSender sender, CancellationToken cancellation)
    {
        IReadOnlyList<PlannedTask> tasks = Workload.Generate(scenario, request.Seed);
        int done = 0;
        string? variant = request.Scenarios.Count(other => other.Name == scenario.Name) > 1 ? scenario.Variant : null;
        var begin = new RunProgress("running", scenario.Name, rep, 0, tasks.Count, Variant: variant);
        progress.Report(begin);
        var closedLoop = new ParallelOptions { MaxDegreeOfParallelism = scenario.Concurrency, CancellationToken = cancellation };
        await Parallel.ForEachAsync(tasks, closedLoop, async (task, token) =>
        {
            (TaskRecord record, string? failure) = await sender.SendAsync(scenario, task, rep, token);
            telemetry.Add(record);
            lock (_reporting)
            {
                // Counted and reported in one step, so that the count never falls.
                done++;
                progress.Report(begin with { Done = done, Failure = failure });
            }
        });
    }

    /// <returns>null, or why the driver's own records may be missing in the tables.</returns>
    private async Task<string?> TryFlushAsync(CancellationToken cancellation)
    {
        try
        {
            await telemetry.FlushAsync(cancellation);
            return null;
        }
        catch (TimeoutException e)
        {
            // The run is closed all the same: what the nodes measured is there, and an open run would keep others from opening theirs.
            string late = $"the driver's own records may be missing: {e.Message}";
            progress.Report(new RunProgress(Writing, Failure: late));
            return late;
        }
    }

    /// <returns>Why the tables are not in the run folder; if they are, what the nodes pushed of their probes' balances.</returns>
    private async Task<(string? Undelivered, ILookup<string, CollectedLedger>? Ledgers)> TryCloseAsync(
        CollectorClient collector, CancellationToken cancellation)
    {
        try
        {
            ILookup<string, CollectedLedger> ledgers = await collector.FinishAsync(request.RunId, request.Folder, cancellation);
            await DeleteAsync(collector, cancellation);
            return (null, ledgers);
        }
        catch (RunException e)
        {
            return ($"the collector did not deliver the run: {e.Message}", null);
        }
        catch (OperationCanceledException)
        {
            return ("the collector did not deliver the run in time", null);
        }
    }

    // A copy that stays there takes room, and nothing else.
    private async Task DeleteAsync(CollectorClient collector, CancellationToken cancellation)
    {
        try
        {
            await collector.DeleteAsync(request.RunId, cancellation);
        }
        catch (Exception e) when (e is RunException or OperationCanceledException)
        {
            progress.Report(new RunProgress(Writing, Failure: $"the run is complete, but its copy stays at the collector: {e.Message}"));
        }
    }

    private Manifest ManifestOf(
        long beginNs,
        string? broken,
        IReadOnlyList<NodeState> before,
        IReadOnlyList<NodeState?> after,
        ILookup<string, CollectedLedger>? ledgers)
    {
        var nodes = new SortedDictionary<string, ManifestNode>(StringComparer.Ordinal);
        foreach ((NodeState begin, NodeState? end) in before.Zip(after))
        {
            nodes[begin.Name] = NodeRecord.Of(begin, end, ledgers?[begin.Name] ?? []);
        }

        return new Manifest(
            Manifest.CurrentSchema,
            request.RunId,
            request.Seed,
            request.Runs,
            request.Command,
            string.Join('+', request.Scenarios.Select(static scenario => scenario.Connections).Distinct()),
            beginNs,
            NodeClock.NowNs(),
            target.DriverNode,
            broken is null,
            broken,
            [.. request.Scenarios.Select(ManifestScenario.Of)],
            request.Versions,
            nodes,
            [.. before.Where(node => node.Name != target.DriverNode).Select(LinkOf)]);
    }

    private ManifestLink LinkOf(NodeState node) =>
        new(target.DriverNode, node.Name, "none", new ManifestLinkAchieved(node.Survey.RoundTripNs / 1000));
}
