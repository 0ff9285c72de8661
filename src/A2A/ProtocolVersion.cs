namespace NodeBox.A2A;

/// <summary>
/// The version rule of A2A (section 3.6): Major.Minor decides, a patch number takes no part, and no version at all means 0.3.
/// </summary>
public static class ProtocolVersion
{
    /// <summary>The HTTP header, and the query parameter that may stand in for it.</summary>
    public const string Parameter = "A2A-Version";

    public const string Supported = "1.0";

    public static bool IsSupported(string? version) =>
        version == Supported || (version is not null && version.StartsWith(Supported + ".", StringComparison.Ordinal));

    /// <exception cref="A2AException"><paramref name="version"/> is not served.</exception>
    internal static void Require(string? version)
    {
        if (!IsSupported(version))
        {
            string asked = string.IsNullOrEmpty(version) ? "0.3 (no version was sent)" : version;
            throw new A2AException(A2AErrorCode.VersionNotSupported, $"A2A {asked} is not supported; send {Parameter}: {Supported}");
        }
    }
}
