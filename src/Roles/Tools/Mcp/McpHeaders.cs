namespace NodeBox.Roles.Tools.Mcp;

/// <summary>HTTP headers of the Streamable HTTP transport.</summary>
internal static class McpHeaders
{
    /// <summary>The session, in revisions up to 2025-11-25.</summary>
    public const string SessionId = "Mcp-Session-Id";

    /// <summary>The revision that the request speaks.</summary>
    public const string ProtocolVersion = "MCP-Protocol-Version";

    /// <summary>From 2026-07-28: the JSON-RPC method.</summary>
    public const string Method = "Mcp-Method";

    /// <summary>From 2026-07-28: the tool's name, with tools/call.</summary>
    public const string Name = "Mcp-Name";
}
