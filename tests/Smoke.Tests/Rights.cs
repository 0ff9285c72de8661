namespace NodeBox.Smoke.Tests;

/// <summary>Runs programs with fewer capabilities than the tests have.</summary>
internal static class Rights
{
    /// <summary>
    /// The command that runs what follows it without these capabilities. Root gets at exec what its bounding set allows (capabilities(7));
    /// others have none of them anyway.
    /// </summary>
    public static IReadOnlyList<string> Without(params IReadOnlyList<string> capabilities)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return [];
        }

        string dropped = string.Join(',', capabilities.Select(static capability => "-" + capability));
        return ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped];
    }
}
