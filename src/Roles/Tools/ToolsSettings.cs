namespace NodeBox.Roles.Tools;

/// <summary>Settings of the role "tools": two MCP servers, each on its own port at <c>/mcp</c>.</summary>
public sealed record ToolsSettings
{
    /// <summary>Port of the database's MCP server.</summary>
    public int DbPort { get; init; } = 7101;

    /// <summary>Port of the synthetic tool's MCP server.</summary>
    public int SyntheticPort { get; init; } = 7102;

    /// <summary>Folder of the database file, made if absent. Null: in memory, and each start begins with the seeded data.</summary>
    public string? DataDir { get; init; }

    /// <summary>Seed of the database's content. The same seed gives the same data everywhere.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Open MCP sessions per server (revisions up to 2025-11-25; later ones have none). One more is refused with 503.</summary>
    public int MaxSessions { get; init; } = 1024;

    /// <summary>A session that no request used for so long is ended.</summary>
    public TimeSpan SessionIdleTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Largest accepted request body, in bytes. A larger one is refused with 413.</summary>
    public int MaxRequestBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Origins of web pages that may call, as browsers send them ("https://lab.example:8080"), besides those that name the listener's own
    /// address. Requests without an Origin header do not come from a page and are not concerned.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];
}
