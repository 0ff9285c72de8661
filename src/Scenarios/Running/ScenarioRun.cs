using NodeBox.Scenarios.Definition;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Scenarios.Running;

/// <summary>
/// One execution of scenarios, in these phases:
/// <list type="number">
/// <item>survey: every node is up; its kernel, rung, clock and link are noted;</item>
/// <item>open: nodes flush what they measured before, the collector opens the run;</item>
/// <item>drive: for each repetition, each scenario's tasks in a closed loop;</item>
/// <item>settle: nodes flush until no flow of a task is open and everything is committed;</item>
/// <item>close: the collector writes the tables, the driver fetches them;</item>
/// <item>record: the manifest is written.</item>
/// </list>
/// A run that breaks after it was opened keeps what was measured and says in the manifest why it is incomplete.
/// </summary>
public sealed class ScenarioRun(RunTarget target, RunRequest request, DriverTelemetry telemetry, TagSocket tagSocket, IProgress<RunProgress> progress)
{
    private static readonly TimeSpan s_settleTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Leaves the run's folder behind, whose manifest says whether the run is complete.</summary>
    /// <exception cref="RunException">The run could not start.</exception>
    public async Task ExecuteAsync(CancellationToken cancellation)
    {
        // Control traffic belongs to no task: no span, no tag.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(60) };
        NodeClient[] nodes = [.. target.Nodes.Select(node => new NodeClient(http, node))];
        var collector = new CollectorClient(http, target.Collector);

        progress.Report(new RunProgress("checking nodes"));
        NodeSurvey[] before = await Task.WhenAll(nodes.Select(node => node.SurveyAsync(cancellation)));
        FlushReport[] ledgerBefore = await Task.WhenAll(nodes.Select(node => node.FlushAsync(cancellation)));
        await collector.StartAsync(request.RunId, cancellation);
        long beginNs = NodeClock.NowNs();
        string? incomplete = null;
        try
        {
            await DriveAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            incomplete = "interrupted by the user";
        }

        using var closing = new CancellationTokenSource(s_closeTimeout);
        FlushReport?[] ledgerAfter = await SettleAsync(nodes, closing.Token);
        NodeSurvey?[] after = await Task.WhenAll(nodes.Select(node => TrySurveyAsync(node, closing.Token)));
        incomplete ??= MissingNodes(ledgerAfter, before, after);

        progress.Report(new RunProgress("writing the run folder"));
        incomplete = await TryCloseAsync(collector, closing.Token) ?? incomplete;
        Directory.CreateDirectory(request.Folder);
        Manifest manifest = ManifestOf(beginNs, incomplete, before, after, ledgerBefore, ledgerAfter);
        manifest.Write(request.Folder);
    }

    private async Task DriveAsync(CancellationToken cancellation)
    {
        var sender = new TaskSender(target.Entries, tagSocket);
        for (int rep = 1; rep <= request.Runs; rep++)
        {
            foreach (Scenario scenario in request.Scenarios)
            {
                await DriveAsync(scenario, rep, sender, cancellation);
            }
        }
    }

    private async Task DriveAsync(Scenario scenario, int rep, TaskSender sender, CancellationToken cancellation)
    {
        IReadOnlyList<PlannedTask> tasks = Workload.Generate(scenario, request.Seed);
        int done = 0;
        progress.Report(new RunProgress("running", scenario.Name, rep, 0, tasks.Count));
        var closedLoop = new ParallelOptions { MaxDegreeOfParallelism = scenario.Concurrency, CancellationToken = cancellation };
        await Parallel.ForEachAsync(tasks, closedLoop, async (task, token) =>
        {
            string? failure = null;
            TaskRecord record = await sender.SendAsync(scenario, task, rep, reason => failure = reason, token);
            telemetry.Add(record);
            progress.Report(new RunProgress("running", scenario.Name, rep, Interlocked.Increment(ref done), tasks.Count, failure));
        });
    }

    // A server's end closes a little after the client's, so a flow may still be open when its task is done.
    private async Task<FlushReport?[]> SettleAsync(NodeClient[] nodes, CancellationToken cancellation)
    {
        progress.Report(new RunProgress("waiting for the last flows"));
        long deadlineNs = NodeClock.NowNs() + (long)s_settleTimeout.TotalNanoseconds;
        FlushReport?[] reports;
        do
        {
            reports = await Task.WhenAll(nodes.Select(node => TryFlushAsync(node, cancellation)));
        }
        while (reports.Any(static report => report is { OpenFlows: > 0 }) && NodeClock.NowNs() < deadlineNs);

        return reports;
    }

    private async Task<FlushReport?> TryFlushAsync(NodeClient node, CancellationToken cancellation)
    {
        try
        {
            return await node.FlushAsync(cancellation);
        }
        catch (Exception e) when (e is RunException or OperationCanceledException)
        {
            progress.Report(new RunProgress("waiting for the last flows", Failure: e.Message));
            return null;
        }
    }

    private static async Task<NodeSurvey?> TrySurveyAsync(NodeClient node, CancellationToken cancellation)
    {
        try
        {
            return await node.SurveyAsync(cancellation);
        }
        catch (Exception e) when (e is RunException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<string?> TryCloseAsync(CollectorClient collector, CancellationToken cancellation)
    {
        try
        {
            await telemetry.FlushAsync(cancellation);
            await collector.FinishAsync(request.RunId, request.Folder, cancellation);
            return null;
        }
        catch (Exception e) when (e is RunException or OperationCanceledException or TimeoutException or IOException)
        {
            return $"the collector did not deliver the run: {e.Message}";
        }
    }

    private static string? MissingNodes(FlushReport?[] flushed, NodeSurvey[] before, NodeSurvey?[] after)
    {
        string[] silent = [.. before.Where((_, i) => flushed[i] is null || after[i] is null).Select(static survey => survey.Health.Node)];
        string[] restarted = [.. before.Where((survey, i) => after[i] is { } later && later.Health.BootId != survey.Health.BootId).Select(static survey => survey.Health.Node)];
        return (silent, restarted) switch
        {
            ([], []) => null,
            ([], _) => $"restarted during the run: {string.Join(", ", restarted)}",
            _ => $"no longer answering: {string.Join(", ", silent)}",
        };
    }

    private Manifest ManifestOf(
        long beginNs, string? incomplete, NodeSurvey[] before, NodeSurvey?[] after, FlushReport[] ledgerBefore, FlushReport?[] ledgerAfter)
    {
        long endNs = NodeClock.NowNs();
        var nodes = new SortedDictionary<string, ManifestNode>(StringComparer.Ordinal);
        for (int i = 0; i < before.Length; i++)
        {
            nodes[before[i].Health.Node] = NodeRecord.Of(before[i], after[i], ledgerBefore[i], ledgerAfter[i], endNs - beginNs);
        }

        return new Manifest(
            Manifest.CurrentSchema,
            request.RunId,
            request.Seed,
            request.Runs,
            request.Command,
            "per_task",
            beginNs,
            endNs,
            target.DriverNode,
            incomplete is null,
            incomplete,
            [.. request.Scenarios.Select(static scenario =>
                new ManifestScenario(scenario.Name, scenario.File, scenario.Sha256, scenario.Tasks, scenario.Concurrency))],
            request.Versions,
            nodes,
            [.. before.Where(survey => survey.Health.Node != target.DriverNode).Select(survey =>
                new ManifestLink(target.DriverNode, survey.Health.Node, "none", new ManifestLinkAchieved(survey.RoundTripNs / 1000)))]);
    }
}
