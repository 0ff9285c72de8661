namespace NodeBox.Scenarios.Running;

/// <summary>How long the parts of a run around its tasks may take.</summary>
internal static class RunLimits
{
    /// <summary>One answer of a node or the collector; a large run's tables take a while to write.</summary>
    public static readonly TimeSpan Control = TimeSpan.FromMinutes(1);

    /// <summary>Calls and flows of tasks that go on after the last task are recorded as they are then.</summary>
    public static readonly TimeSpan LastCalls = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A connection that stays open may have lost its last acknowledgement: then its sender sends again, 200 ms (TCP_RTO_MIN) and the
    /// path's own time later.
    /// </summary>
    public static readonly TimeSpan LastAcknowledgement = TimeSpan.FromMilliseconds(500);

    /// <summary>All nodes' last flush: more than the 10 s that a node itself tries to reach the collector.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(12);

    /// <summary>Everything after the last task.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromMinutes(2);

    /// <summary>The same for an interrupted run, from the interruption on.</summary>
    public static readonly TimeSpan InterruptedClose = TimeSpan.FromSeconds(20);
}
