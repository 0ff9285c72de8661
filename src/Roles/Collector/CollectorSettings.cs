namespace NodeBox.Roles.Collector;

/// <summary>Settings of the collector role.</summary>
public sealed record CollectorSettings
{
    /// <summary>Where nodes push to: gRPC over HTTP/2 without TLS.</summary>
    public int PushPort { get; init; } = 4400;

    /// <summary>Where runs are started and finished and their files fetched.</summary>
    public int HttpPort { get; init; } = 4318;

    /// <summary>
    /// Holds the database and one folder a finished run; made if it is not there. Relative to the node's state directory.
    /// </summary>
    public string DataDir { get; init; } = "collector";

    /// <summary>Records kept that belong to no run. When there are more, all of them are deleted.</summary>
    public int MaxIdleRecords { get; init; } = 100_000;
}
