using NodeBox.Interop.Tests.Running;

namespace NodeBox.Interop.Tests.Grpc;

/// <summary>What foreign programs know of the collector.</summary>
internal static class Collector
{
    /// <summary>The service's definition.</summary>
    public static string Proto { get; } = Path.Combine(Published.Root, "src", "Telemetry", "telemetry.proto");
}
