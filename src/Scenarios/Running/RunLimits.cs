namespace NodeBox.Scenarios.Running;

/// <summary>How long the parts of a run around its tasks may take.</summary>
internal static class RunLimits
{
    /// <summary>One answer of a node or the collector; a large run's tables take a while to write.</summary>
    public static readonly TimeSpan Control = TimeSpan.FromMinutes(1);

    /// <summary>Flows of tasks that stay open after the last task are recorded as they are then.</summary>
    public static readonly TimeSpan OpenFlows = TimeSpan.FromSeconds(5);

    /// <summary>All nodes' last flush: more than the 10 s that a node itself tries to reach the collector.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(12);

    /// <summary>Everything after the last task.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromMinutes(2);

    /// <summary>The same for an interrupted run, from the interruption on.</summary>
    public static readonly TimeSpan InterruptedClose = TimeSpan.FromSeconds(20);
}
