using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Lab;
using NodeBox.Probing;
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

        using FlowRecorder flows = FlowRecorder.Attach(node, log);
        await using var context = new NodeContext(node, stateDirectory, flows.TagSocket, logs);
        foreach (RoleSpec role in RoleCatalog.All.Where(role => node.Roles.Contains(role.Name)))
        {
            await role.StartAsync(context);
        }

        await using TelemetryPusher push = pusher = TelemetryPusher.Start(PushSettingsOf(testbed, node.Name, bootId, stateDirectory), logs.CreateLogger("push"));
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

        await WaitAsync(stop.Token);
        log.LogInformation("{Node} is stopping", node.Name);
        flows.Flush();
        await TryFlushAsync(push, log);
    }

    /// <summary>How a process of <paramref name="nodeName"/> pushes to the testbed's collector.</summary>
    public static PushSettings PushSettingsOf(Testbed testbed, string nodeName, string bootId, string stateDirectory) => new()
    {
        Node = nodeName,
        BootId = bootId,
        Collector = testbed.CollectorNode.UrlOf(testbed.CollectorNode.Settings.Collector.PushPort),
        SpoolDirectory = Path.Combine(stateDirectory, "spool"),
    };

    // What the collector does not take now stays in the spool for the node's next start.
    private static async Task TryFlushAsync(TelemetryPusher pusher, ILogger log)
    {
        try
        {
            await pusher.FlushAsync(s_lastFlush);
        }
        catch (TimeoutException e)
        {
            log.LogWarning("{Reason}", e.Message);
        }
    }

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
