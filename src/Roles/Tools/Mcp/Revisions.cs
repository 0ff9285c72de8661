namespace NodeBox.Roles.Tools.Mcp;

/// <summary>Revisions of the protocol that the servers speak, newest first, and where their HTTP transports differ.</summary>
internal static class Revisions
{
    public static readonly IReadOnlyList<string> Supported = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

    /// <summary>
    /// From 2026-07-28 there is no handshake and no session: each POST stands alone and says in _meta and in headers what earlier
    /// revisions agreed on once. Null, a request without the header, is of 2025-03-26.
    /// </summary>
    public static bool IsSessionless(string? revision) => string.CompareOrdinal(revision, "2026-07-28") >= 0;
}
