namespace NodeBox.Lab;

/// <summary>One life of a lab, from what a killed predecessor left to the last namespace removed. The caller holds the lab's lock.</summary>
internal sealed class SupervisedLab(LabSpec spec, LabFiles files)
{
    private static readonly TimeSpan s_killGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_readyPoll = TimeSpan.FromMilliseconds(20);

    private readonly List<NodeProcess> _nodes = [];

    /// <summary>
    /// Runs until it is told to stop, and then leaves nothing; or until a node fails, and then leaves the reason and the logs.
    /// </summary>
    /// <returns>The last state of the lab: <see cref="LabStatus.Down"/> or <see cref="LabStatus.Failed"/>.</returns>
    internal async Task<LabState> RunAsync(CancellationToken stop)
    {
        LabException? failure = await FailureOf(() => LiveAsync(stop));
        LabException? leftover = await FailureOf(() => TakeDownAsync(failure));
        failure ??= leftover;
        LabState last = State(failure is null ? LabStatus.Down : LabStatus.Failed, failure);
        if (failure is null)
        {
            files.Remove();
        }
        else
        {
            last.Save(files.State);
        }

        return last;
    }

    private async Task LiveAsync(CancellationToken stop)
    {
        Namespaces.RemoveAll(spec.Name);
        files.Clear();
        Report(LabStatus.Starting);
        LabNetwork.Make(spec);
        StartNodes();
        await AllReadyAsync(stop);
        Report(LabStatus.Up);
        await Task.WhenAny(_nodes.Select(node => node.Ended)).WaitAsync(stop);
        await ThrowIfAnyEndedAsync();
    }

    private void StartNodes()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(files.Ready("any"))!);
        Directory.CreateDirectory(LogDirectory);
        foreach (LabNode node in spec.Nodes)
        {
            _nodes.Add(NodeProcess.Start(node, Namespaces.Of(spec.Name, node.Name), files.Ready(node.Name), LogOf(node)));
        }
    }

    private async Task AllReadyAsync(CancellationToken stop)
    {
        DateTime until = DateTime.UtcNow + spec.ReadyWithin;
        int ready = -1;
        while (ready < _nodes.Count)
        {
            await ThrowIfAnyEndedAsync();
            int now = _nodes.Count(node => node.IsReady);
            if (now != ready)
            {
                ready = now;
                Report(LabStatus.Starting);
            }

            if (DateTime.UtcNow > until && _nodes.Find(node => !node.IsReady) is NodeProcess late)
            {
                throw new LabException(LabFault.Failed, late.ExplainUnready(spec.ReadyWithin));
            }

            await Task.Delay(s_readyPoll, stop);
        }
    }

    private async Task ThrowIfAnyEndedAsync()
    {
        if (_nodes.Find(node => node.Ended.IsCompleted) is NodeProcess ended)
        {
            await ended.Ended;
            throw new LabException(LabFault.Failed, await ended.ExplainExitAsync());
        }
    }

    private async Task TakeDownAsync(LabException? failure)
    {
        try
        {
            Report(LabStatus.Stopping, failure);
        }
        finally
        {
            await StopNodesAsync();
            Namespaces.RemoveAll(spec.Name);
            await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        }
    }

    private async Task StopNodesAsync()
    {
        _nodes.ForEach(node => node.Terminate());
        Task all = Task.WhenAll(_nodes.Select(node => node.Exited));
        await Task.WhenAny(all, Task.Delay(spec.StopWithin));
        _nodes.ForEach(node => node.Kill());
        await Task.WhenAny(all, Task.Delay(s_killGrace));
    }

    private void Report(LabStatus status, LabException? failure = null) => State(status, failure).Save(files.State);

    private LabState State(LabStatus status, LabException? failure) => new(
        spec.Name,
        status,
        Environment.ProcessId,
        spec.CongestionControl,
        [.. spec.Nodes.Select((node, index) => State(node, index < _nodes.Count ? _nodes[index] : null))],
        failure?.Message,
        failure?.Fault);

    private NodeState State(LabNode node, NodeProcess? process) => new(
        node.Name,
        node.Address,
        Namespaces.Of(spec.Name, node.Name),
        LogOf(node),
        process?.Pid ?? 0,
        process?.IsReady ?? false,
        process?.ExitCode);

    /// <summary>
    /// Nothing may end the supervisor before it has taken the lab down, and what went wrong must reach the state file: whatever is thrown is
    /// the failure of the lab.
    /// </summary>
    private static async Task<LabException?> FailureOf(Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (LabException e)
        {
            return e;
        }
        catch (Exception e)
        {
            return new LabException(LabFault.Failed, e.Message);
        }
    }

    private string LogDirectory => spec.LogDirectory ?? files.Logs;

    private string LogOf(LabNode node) => Path.Combine(LogDirectory, node.Name + ".log");
}
