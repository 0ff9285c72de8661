namespace NodeBox.Roles.Llm.Engines;

/// <summary>How long to wait before a process that ended is started again: at first not at all, then 1, 2, 4 … 30 s.</summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_healthy = TimeSpan.FromMinutes(1);

    private int _failures;

    /// <param name="lived">How long the process that ended had run; a minute of it makes up for all before.</param>
    public TimeSpan Next(TimeSpan lived)
    {
        _failures = lived >= s_healthy ? 1 : _failures + 1;
        double seconds = _failures == 1 ? 0 : Math.Pow(2, _failures - 2);
        return seconds < s_longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_longest;
    }
}
