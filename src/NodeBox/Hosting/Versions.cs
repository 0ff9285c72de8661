using System.Reflection;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Hosting;

/// <summary>What this process is built from, for health reports and manifests.</summary>
internal static class Versions
{
    public static string NodeBox { get; } =
        typeof(Versions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static IReadOnlyDictionary<string, string> All { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["nodebox"] = NodeBox,
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        ["semantic_conventions"] = SemanticConventions.Version,
    };
}
