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
/// <param name="Packets">Whether each packet must be recorded.</param>
/// <param name="RecordTiming">Whether models' replies are timed token by token.</param>
/// <param name="Decide">Who decides what agents do, whatever the scenarios say; null leaves it to them.</param>
/// <param name="Json">Output for programs.</param>
internal sealed record DriverOrder(
    string RunId, IReadOnlyList<Scenario> Scenarios, int Runs, ulong Seed, string OutDirectory, bool Packets, bool RecordTiming, string? Decide, bool Json)
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
        RunTarget target = RunTargets.Of(testbed, OwnNode(testbed)?.Name ?? testbed.CollectorNode.Name);
        using var spool = new TemporaryDirectory(stateDirectory ?? Path.GetTempPath(), "nodebox-driver");
        string bootId = RandomNumberGenerator.GetHexString(16, lowercase: true);
        using DriverTags tags = DriverTags.From(
            StateDirectory.Of(stateDirectory, testbed, target.DriverNode),
            static reason => Console.Error.WriteLine($"nodebox: the driver's own connections are not fully accounted for: {reason}"));
        PushSettings push = NodeHost.PushSettingsOf(testbed, target.DriverNode, bootId, spool.Path, tags.Cut);
        await using TelemetryPusher pusher = TelemetryPusher.Start(push, NullLogger.Instance);
        using var spans = new SpanRecorder(pusher.Add);
        var telemetry = new DriverTelemetry(pusher.Add, _ => pusher.FlushAsync(TimeSpan.FromSeconds(10)));
        var request = new RunRequest(
            order.RunId,
            [.. order.Scenarios.SelectMany(scenario => InTopologies(scenario, testbed))],
            order.Runs,
            order.Seed,
            order.OutDirectory,
            CommandOfThisProcess,
            Versions.All)
        {
            Packets = order.Packets,
            RecordTiming = order.RecordTiming,
        };

        await RunView.ShowAsync(
            order.Json,
            progress => new ScenarioRun(target, request, telemetry, tags.Cut, progress).ExecuteAsync(cancellation));
    }

    // The baseline has no LLM. Both in each repetition, so that what changes with time changes both.
    private static IEnumerable<Scenario> InTopologies(Scenario scenario, Testbed testbed) =>
        testbed.Backends.Take(scenario.IsBaseline ? 1 : testbed.Backends.Count).Select(backends => scenario with { Backends = backends });

    // The driver's flows are seen by the node whose address this machine (or namespace) has.
    private static TestbedNode? OwnNode(Testbed testbed)
    {
        HashSet<System.Net.IPAddress> own = [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static adapter => adapter.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)];
        return testbed.Nodes.FirstOrDefault(node => own.Contains(node.Address));
    }
}
