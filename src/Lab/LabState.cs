using System.Text.Json;

namespace NodeBox.Lab;

public enum LabStatus
{
    /// <summary>Namespaces are being made, or nodes are not all ready yet.</summary>
    Starting,

    /// <summary>Every node has said that it is ready.</summary>
    Up,

    /// <summary>Nodes and namespaces are being removed.</summary>
    Stopping,

    /// <summary>It was told to go down, and nothing of it is left.</summary>
    Down,

    /// <summary>It went down for a reason; logs are kept until the next up or down of this name.</summary>
    Failed,

    /// <summary>Its supervisor was killed; what it left goes with the next up or down of this name.</summary>
    Abandoned,
}

/// <param name="Log">Path of the file that takes the node's standard output and error.</param>
/// <param name="Pid">Process id of the node, 0 before it is started.</param>
/// <param name="ExitCode">128 + n after signal n; null while the node runs.</param>
public sealed record NodeState(string Name, string Address, string Namespace, string Log, int Pid, bool Ready, int? ExitCode = null);

/// <summary>What the supervisor says about a lab in <c>state.json</c>.</summary>
/// <param name="CongestionControl">TCP congestion control of every node's routes.</param>
/// <param name="Reason">Why the lab failed, null when it did not.</param>
public sealed record LabState(
    string Name,
    LabStatus Status,
    int SupervisorPid,
    string CongestionControl,
    IReadOnlyList<NodeState> Nodes,
    string? Reason = null,
    LabFault? Fault = null)
{
    /// <summary>The state as one line of JSON, names in snake_case.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, LabJson.Default.LabState);

    /// <summary>The state that <see cref="ToJson"/> wrote, null for what is empty.</summary>
    internal static LabState? Parse(string json) =>
        string.IsNullOrWhiteSpace(json) ? null : JsonSerializer.Deserialize(json, LabJson.Default.LabState);

    /// <summary>Replaces the file at once, so that a reader never sees half of it.</summary>
    internal void Save(string path)
    {
        string next = path + ".next";
        File.WriteAllText(next, ToJson());
        File.Move(next, path, overwrite: true);
    }

    /// <summary>The state in the file, null when there is no file.</summary>
    internal static LabState? Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
