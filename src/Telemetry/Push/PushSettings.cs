using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Push;

/// <summary>Where a node's telemetry goes, and what may be kept of it meanwhile.</summary>
public sealed record PushSettings
{
    /// <summary>The node's name, as in roles.toml.</summary>
    public required string Node { get; init; }

    /// <summary>Random, made when the process starts.</summary>
    public required string BootId { get; init; }

    /// <summary>The collector's push port, as in <c>http://10.77.0.4:4400</c>.</summary>
    public required Uri Collector { get; init; }

    /// <summary>Takes the boundaries of the connections to the collector; null where nobody measures them.</summary>
    public CutSlice? Cut { get; init; }

    /// <summary>The spool's folder, made if it is not there and used by this process alone.</summary>
    public required string SpoolDirectory { get; init; }

    /// <summary>What the spool may take on disk. When it is full, new records are dropped and counted.</summary>
    public long SpoolBytes { get; init; } = 256 << 20;

    /// <summary>Records that may wait in memory for the disk. Beyond that new ones are dropped and counted.</summary>
    public int BufferRecords { get; init; } = 65_536;

    /// <summary>A batch is closed when it has this many records,</summary>
    public int BatchRecords { get; init; } = 512;

    /// <summary>or this many bytes,</summary>
    public int BatchBytes { get; init; } = 512 << 10;

    /// <summary>or when its first record has waited this long.</summary>
    public TimeSpan BatchInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest pause between two attempts to reach the collector.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);
}
