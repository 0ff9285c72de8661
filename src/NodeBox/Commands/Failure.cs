using NodeBox.A2A;
using NodeBox.Analysis;
using NodeBox.Lab;
using NodeBox.Llama;
using NodeBox.Llama.Hub;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Roles.Collector;
using NodeBox.Scenarios.Running;
using NodeBox.Store;
using NodeBox.Toml;

namespace NodeBox.Commands;

/// <summary>What an exception means for the person at the command line: the words and the exit code.</summary>
internal static class Failure
{
    /// <summary>Set, the stack trace is printed too.</summary>
    private const string DebugVariable = "NODEBOX_DEBUG";

    public static string Describe(Exception e)
    {
        string message = IsExpected(e) ? e.Message : $"internal error: {e.GetType().Name}: {e.Message} (set {DebugVariable}=1 for more)";
        return Environment.GetEnvironmentVariable(DebugVariable) is { Length: > 0 } ? $"{message}\n{e}" : message;
    }

    public static int ExitCodeOf(Exception e) => e switch
    {
        NodeBoxException known => known.ExitCode,
        TomlException => ExitCodes.Usage,
        LabException { Fault: LabFault.Configuration } => ExitCodes.Usage,
        HubException { Fault: HubFault.Request } => ExitCodes.Usage,
        HubException { Fault: HubFault.Content } => ExitCodes.Failed,
        HubException { Fault: HubFault.Connection } => ExitCodes.Incomplete,
        LabException { Fault: LabFault.Machine } => ExitCodes.MachineLacks,
        LabException or RunException or RunFolderException or A2AException => ExitCodes.Incomplete,
        _ => ExitCodes.MachineLacks,
    };

    private static bool IsExpected(Exception e) => e
        is NodeBoxException or TomlException or LabException or RunException or RunFolderException or A2AException
        or ModelException or HubException or LlamaLibraryException or CollectorException or DuckDbException or BpfException or ProbeUnavailableException
        or DllNotFoundException or IOException or UnauthorizedAccessException;
}
