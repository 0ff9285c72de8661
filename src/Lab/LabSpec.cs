using System.Text.Json;

namespace NodeBox.Lab;

/// <summary>What ends a lab, apart from the failure of a node.</summary>
public enum LabLifetime
{
    /// <summary>It stays until it is taken down.</summary>
    Persistent,

    /// <summary>It also ends with the process that brought it up, however that process ends.</summary>
    Bound,
}

/// <summary>One node: a network namespace with one interface, <c>eth0</c>, and one process.</summary>
/// <param name="Name">Host name, and interface name at the switch: 1 to 15 of a-z, 0-9 and '-'.</param>
/// <param name="Address">IPv4 address without prefix length.</param>
/// <param name="Command">Program and arguments, started in the namespace. <see cref="NodeEnvironment"/> says what it must heed.</param>
public sealed record LabNode(string Name, string Address, IReadOnlyList<string> Command)
{
    /// <summary>Environment variables, on top of those of the process that brings the lab up.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
}

/// <summary>A lab: nodes on one switch.</summary>
/// <param name="Name">1 to 16 of a-z, A-Z, 0-9 and '_'. It may hold no '-', which ends it in the name of a namespace.</param>
public sealed record LabSpec(string Name, IReadOnlyList<LabNode> Nodes)
{
    internal static readonly TimeSpan MaxStopWithin = TimeSpan.FromSeconds(10);

    /// <summary>Length of the prefix that all addresses share.</summary>
    public int PrefixLength { get; init; } = 24;

    /// <summary>The kernel's name of the TCP congestion control that every node uses.</summary>
    public string CongestionControl { get; init; } = "cubic";

    public LabLifetime Lifetime { get; init; }

    /// <summary>Folder for the nodes' logs; null is the lab's own folder, which goes when the lab is taken down.</summary>
    public string? LogDirectory { get; init; }

    /// <summary>How long nodes may take to say that they are ready.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long nodes may take to end after SIGTERM, before SIGKILL; at most <see cref="MaxStopWithin"/>.</summary>
    public TimeSpan StopWithin { get; init; } = MaxStopWithin;

    /// <summary>Every error of the specification; empty when there is none.</summary>
    public IReadOnlyList<string> Errors() => [.. SpecRules.Errors(this)];

    internal string ToLine() => JsonSerializer.Serialize(this, LabJson.Default.LabSpec);

    /// <summary>The specification that <see cref="ToLine"/> wrote. Throws <see cref="LabException"/> when the line holds none.</summary>
    internal static LabSpec Parse(string line)
    {
        try
        {
            LabSpec? spec = JsonSerializer.Deserialize(line, LabJson.Default.LabSpec);
            return spec ?? throw new LabException(LabFault.Configuration, "the lab specification is empty");
        }
        catch (JsonException e)
        {
            throw new LabException(LabFault.Configuration, $"this is no lab specification: {e.Message}");
        }
    }

    /// <summary>Throws <see cref="LabException"/> with every error, one a line.</summary>
    internal void Check()
    {
        if (Errors() is { Count: > 0 } errors)
        {
            throw new LabException(LabFault.Configuration, string.Join('\n', errors));
        }
    }
}
