using System.Diagnostics;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>All nodes of a run, asked at once.</summary>
internal sealed class NodeGroup(IReadOnlyList<NodeClient> nodes, IProgress<RunProgress> progress)
{
    private const string Settling = "waiting for the last calls";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Every node's state once it has flushed what it measured before the run.</summary>
    /// <exception cref="RunException">Nodes are missing: the message has one line for each.</exception>
    public async Task<IReadOnlyList<NodeState>> BeginAsync(CancellationToken cancellation)
    {
        progress.Report(new RunProgress("checking nodes"));
        Task<NodeState[]> all = Task.WhenAll(nodes.Select(node => BeginAsync(node, cancellation)));
        try
        {
            return await all;
        }
        catch (RunException) when (all.Exception is { InnerExceptions: { Count: > 1 } failures })
        {
            throw new RunException(string.Join('\n', failures.Select(static failure => failure.Message)), all.Exception);
        }
    }

    /// <summary>
    /// Every node's state once it serves no call of a task and everything is committed, or after a while; none for those that cannot say so.
    /// </summary>
    /// <param name="before">The nodes before the run, in their order.</param>
    /// <param name="flowsEnd">Whether tasks close their connections: then flows that were not open before must have ended, too.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<IReadOnlyList<NodeEnd>> SettleAsync(IReadOnlyList<NodeState> before, bool flowsEnd, CancellationToken cancellation)
    {
        progress.Report(new RunProgress(Settling));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RunLimits.Settle);
        return await Task.WhenAll(nodes.Select((node, i) => TrySettleAsync(
            node, flowsEnd ? before[i].Flushed.OpenFlows : int.MaxValue, limit.Token)));
    }

    /// <summary>Says which nodes measure flows but record no packets; null if there are none.</summary>
    public static string? WithoutPackets(IReadOnlyList<NodeState> nodes)
    {
        NodeState[] without = [.. nodes.Where(static node => node.Survey.Health is { Rung: not "none", Packets: false })];
        return Reason("no packets are recorded by", without) is { } reason
            ? $"{reason}: set packets = true under [probes] in roles.toml and restart, or leave --packets out"
            : null;
    }

    /// <summary>Says which nodes did not last from the beginning to the end of a run; null if all did.</summary>
    public static string? Missing(IReadOnlyList<NodeState> before, IReadOnlyList<NodeEnd> after)
    {
        string? silent = Reason("no longer answering", before.Where((_, i) => after[i] is { State: null, Why: null }));
        string? restarted = Reason("restarted during the run", before.Where((state, i) => after[i].State?.RestartedSince(state) == true));
        string[] reasons = [.. after.Select(static end => end.Why).Prepend(silent).Append(restarted).OfType<string>()];
        return reasons.Length == 0 ? null : string.Join("; ", reasons);
    }

    private static string? Reason(string what, IEnumerable<NodeState> nodes)
    {
        string names = string.Join(", ", nodes.Select(static node => node.Name));
        return names.Length == 0 ? null : $"{what}: {names}";
    }

    private static async Task<NodeState> BeginAsync(NodeClient node, CancellationToken cancellation)
    {
        NodeSurvey survey = await node.SurveyAsync(cancellation);
        FlushReport flushed = await node.FlushAsync(cancellation);
        return new NodeState(survey, flushed);
    }

    private async Task<NodeEnd> TrySettleAsync(NodeClient node, int openFlows, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(RunLimits.LastAcknowledgement, cancellation);
            return new NodeEnd(await SettleAsync(node, openFlows, cancellation));
        }
        catch (RunException e)
        {
            progress.Report(new RunProgress(Settling, Failure: e.Message));
            return new NodeEnd(null, e.InnerException is HttpRequestException ? null : e.Message);
        }
        catch (OperationCanceledException)
        {
            string late = $"node {node.Name} did not flush in time";
            progress.Report(new RunProgress(Settling, Failure: late));
            return new NodeEnd(null, late);
        }
    }

    // A server ends its part of a call, and closes its end of a connection, a little after the client: so after its task is done.
    private static async Task<NodeState> SettleAsync(NodeClient node, int openFlows, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        FlushReport flushed = await node.FlushAsync(cancellation);
        while ((flushed.InProgress > 0 || flushed.OpenFlows > openFlows) && Stopwatch.GetElapsedTime(began) < RunLimits.LastCalls)
        {
            await Task.Delay(s_pause, cancellation);
            flushed = await node.FlushAsync(cancellation);
        }

        return new NodeState(await node.SurveyAsync(cancellation), flushed);
    }
}
