using System.Diagnostics;
using NodeBox.Telemetry.Control;

namespace NodeBox.Scenarios.Running;

/// <summary>All nodes of a run, asked at once.</summary>
internal sealed class NodeGroup(IReadOnlyList<NodeClient> nodes, IProgress<RunProgress> progress)
{
    private const string Settling = "waiting for the last flows";

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
    /// Every node's state once no flow of a task is open there and everything is committed, or after a while; null for those that do not
    /// answer any more.
    /// </summary>
    public async Task<IReadOnlyList<NodeState?>> SettleAsync(CancellationToken cancellation)
    {
        progress.Report(new RunProgress(Settling));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RunLimits.Settle);
        return await Task.WhenAll(nodes.Select(node => TrySettleAsync(node, limit.Token)));
    }

    /// <summary>Says which nodes did not last from the beginning to the end of a run; null if all did.</summary>
    public static string? Missing(IReadOnlyList<NodeState> before, IReadOnlyList<NodeState?> after)
    {
        string? silent = Reason("no longer answering", before.Where((_, i) => after[i] is null));
        string? restarted = Reason("restarted during the run", before.Where((state, i) => after[i]?.RestartedSince(state) == true));
        return silent is not null && restarted is not null ? $"{silent}; {restarted}" : silent ?? restarted;
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

    private async Task<NodeState?> TrySettleAsync(NodeClient node, CancellationToken cancellation)
    {
        try
        {
            return await SettleAsync(node, cancellation);
        }
        catch (RunException e)
        {
            progress.Report(new RunProgress(Settling, Failure: e.Message));
            return null;
        }
        catch (OperationCanceledException)
        {
            progress.Report(new RunProgress(Settling, Failure: $"node {node.Name} did not flush in time"));
            return null;
        }
    }

    // A server's end closes a little after the client's, so a flow may still be open when its task is done.
    private static async Task<NodeState> SettleAsync(NodeClient node, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        FlushReport flushed = await node.FlushAsync(cancellation);
        while (flushed.OpenFlows > 0 && Stopwatch.GetElapsedTime(began) < RunLimits.OpenFlows)
        {
            await Task.Delay(s_pause, cancellation);
            flushed = await node.FlushAsync(cancellation);
        }

        return new NodeState(await node.SurveyAsync(cancellation), flushed);
    }
}
