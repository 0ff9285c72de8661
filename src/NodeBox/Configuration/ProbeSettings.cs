namespace NodeBox.Configuration;

/// <summary>What the nodes' probes measure besides flows and slices: the table [probes] of roles.toml.</summary>
public sealed record ProbeSettings
{
    /// <summary>Each data packet, for packets.parquet.</summary>
    public bool Packets { get; init; }

    /// <summary>Bursts and late duplicates. Without them no slice can say that its segments are exact.</summary>
    public bool Bursts { get; init; } = true;

    /// <summary>A longer silence in one direction ends a burst.</summary>
    public TimeSpan BurstGap { get; init; } = TimeSpan.FromMilliseconds(1);
}
