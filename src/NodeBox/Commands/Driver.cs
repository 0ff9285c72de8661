using System.Net.NetworkInformation;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Configuration;
using NodeBox.Hosting;
using NodeBox.Probing;
using NodeBox.Scenarios.Definition;
using NodeBox.Scenarios.Running;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Commands;

/// <param name="RunId">Names the run.</param>
/// <param name="Scenarios">What to run.</param>
/// <param name="Runs">Repetitions.</param>
/// <param name="Seed">Makes the tasks.</param>
/// <param name="OutDirectory">The parent of the run folder.</param>
/// <param name="Json">Output for programs.</param>
internal sealed record DriverOrder(string RunId, IReadOnlyList<Scenario> Scenarios, int Runs, ulong Seed, string OutDirectory, bool Json)
{
    /// <summary>The run folder.</summary>
    public string Folder => Path.Combine(OutDirectory, RunId);
}

/// <summary>The driver: runs scenarios against nodes that are up, and leaves a run folder behind.</summary>
internal static class Driver
{
    /// <summary>This process's command line, for the manifest.</summary>
    public static string CommandOfThisProcess => string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Prepend("nodebox"));

    /// <param name="testbed">The nodes.</param>
    /// <param name="stateDirectory">Where this machine's node keeps its state, or null for the default.</param>
    /// <param name="order">What to run.</param>
    /// <param name="cancellation">Ends the run early; what was measured is kept.</param>
    public static async Task RunAsync(Testbed testbed, string? stateDirectory, DriverOrder order, CancellationToken cancellation)
    {
        RunTarget target = RunTargets.Of(testbed, order.Scenarios, OwnNode(testbed)?.Name ?? testbed.CollectorNode.Name);
        using var spool = new TemporaryDirectory(stateDirectory ?? Path.GetTempPath(), "nodebox-driver");
        string bootId = RandomNumberGenerator.GetHexString(16, lowercase: true);
        PushSettings push = NodeHost.PushSettingsOf(testbed, target.DriverNode, bootId, spool.Path);
        await using TelemetryPusher pusher = TelemetryPusher.Start(push, NullLogger.Instance);
        using var spans = new SpanRecorder(pusher.Add);
        using DriverTags tags = DriverTags.From(StateDirectory.Of(stateDirectory, testbed, target.DriverNode));
        if (tags.WhyNot is { } whyNot)
        {
            Console.Error.WriteLine($"nodebox: the driver's own connections have no tags: {whyNot}");
        }

        var telemetry = new DriverTelemetry(pusher.Add, _ => pusher.FlushAsync(TimeSpan.FromSeconds(10)));
        var request = new RunRequest(
            order.RunId, order.Scenarios, order.Runs, order.Seed, order.OutDirectory, CommandOfThisProcess, Versions.All);

        await RunView.ShowAsync(
            order.Json,
            progress => new ScenarioRun(target, request, telemetry, tags.TagSocket, progress).ExecuteAsync(cancellation));
    }

    // The driver's flows are seen by the node whose address this machine (or namespace) has.
    private static TestbedNode? OwnNode(Testbed testbed)
    {
        HashSet<System.Net.IPAddress> own = [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static adapter => adapter.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];
        return testbed.Nodes.FirstOrDefault(node => own.Contains(node.Address));
    }
}
