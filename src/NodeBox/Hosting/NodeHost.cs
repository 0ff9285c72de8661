using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Lab;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Hosting;

/// <summary>Runs one node: starts its parts in order, waits, and stops them in reverse.</summary>
internal static class NodeHost
{
    private static readonly TimeSpan s_lastFlush = TimeSpan.FromSeconds(3);

    /// <summary>Returns when <paramref name="cancellation"/> asks the node to stop and it has.</summary>
    public static async Task RunAsync(Testbed testbed, TestbedNode node, string stateDirectory, CancellationToken cancellation)
    {
        using CancellationTokenSource stop = ParentWatch.StopWith(cancellation);

        // The log forwards to the pusher, which logs: whichever is first must not need the other.
        TelemetryPusher? pusher = null;
        using var logs = new NodeLog((atNs, level, text) => pusher?.Add(new LogLine { AtNs = atNs, Level = level, Text = text }));
        ILogger log = logs.CreateLogger("node");
        string bootId = RandomNumberGenerator.GetHexString(16, lowercase: true);

        using FlowRecorder flows = FlowRecorder.Attach(node, testbed.Probes, log);
        await using var context = new NodeContext(node, stateDirectory, flows.Cut, logs);
        foreach (RoleSpec role in RoleCatalog.All.Where(role => node.Roles.Contains(role.Name)))
        {
            await role.StartAsync(context);
            if (role.Name == RoleNames.Collector)
            {
                context.KeepToTheEnd();
            }
        }

        PushSettings settings = PushSettingsOf(testbed, node.Name, bootId, stateDirectory, flows.Cut);
        await using TelemetryPusher push = pusher = TelemetryPusher.Start(settings, logs.CreateLogger("push"));
        using var spans = new SpanRecorder(push.Add);
        flows.Start(push);
        flows.ShareTags(stateDirectory);
        var control = new NodeControl(node, bootId, flows, push, log);
        await context.ListenAsync(NodeControl.Port, HttpProtocols.Http1, control.Map);
        await control.SurveyAsync();

        log.LogInformation("{Node} ({Role}) is ready on {Address}; flows: {Rung}", node.Name, node.Role, node.Address, flows.WhyNot ?? flows.Rung);
        if (Environment.GetEnvironmentVariable(NodeEnvironment.ReadyFile) is { Length: > 0 } ready)
        {
            await File.WriteAllTextAsync(ready, "ready\n", CancellationToken.None);
        }

        FreeWhatStartingTook();
        await WaitAsync(stop.Token);
        log.LogInformation("{Node} is stopping", node.Name);

        // The calls that end now have spans and slices, which must be flushed; to a collector here, if it is one.
        await context.StopAsync();
        await TryFlushAsync(flows, push, log);
    }

    /// <summary>How a process of <paramref name="nodeName"/> pushes to the testbed's collector.</summary>
    public static PushSettings PushSettingsOf(Testbed testbed, string nodeName, string bootId, string stateDirectory, CutSlice cut) => new()
    {
        Cut = cut,
        Node = nodeName,
        BootId = bootId,
        Collector = testbed.CollectorNode.UrlOf(testbed.CollectorNode.Settings.Collector.PushPort),
        SpoolDirectory = Path.Combine(stateDirectory, "spool"),
    };

    // What the collector does not take now stays in the spool for the node's next start.
    private static async Task TryFlushAsync(FlowRecorder flows, TelemetryPusher pusher, ILogger log)
    {
        try
        {
            flows.Flush();
        }
        catch (BpfException e)
        {
            log.LogError("the flows that are still open are not recorded: {Reason}", e.Message);
        }

        try
        {
            await pusher.FlushAsync(s_lastFlush);
        }
        catch (TimeoutException e)
        {
            log.LogWarning("{Reason}", e.Message);
        }
    }

    // The kernel's types alone are 6 MB. A node that then has little to do would keep all of it, as nothing makes the collector run.
    private static void FreeWhatStartingTook() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Asked to stop.
        }
    }
}
