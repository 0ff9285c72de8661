namespace NodeBox.Smoke.Tests;

/// <summary>How long tests wait: long, for machines that do much else at the same time; what passes is done far earlier.</summary>
internal static class Patience
{
    /// <summary>For a command that only reads, writes or refuses.</summary>
    public static readonly TimeSpan ForCommand = TimeSpan.FromSeconds(120);

    /// <summary>For the next thing that a running program does, and for its stop.</summary>
    public static readonly TimeSpan ForProgress = TimeSpan.FromSeconds(60);

    /// <summary>For a run of all scenarios.</summary>
    public static readonly TimeSpan ForRun = TimeSpan.FromSeconds(600);
}
