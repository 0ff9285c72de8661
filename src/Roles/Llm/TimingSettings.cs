namespace NodeBox.Roles.Llm;

/// <summary>When the replies of a model that is not computed come, and how long they are.</summary>
public sealed record TimingSettings
{
    /// <summary>How times vary around their means.</summary>
    public TimingDistribution Distribution { get; init; } = TimingDistribution.Fixed;

    /// <summary>The mean time from a free slot to the first token.</summary>
    public TimeSpan FirstToken { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The mean time between tokens.</summary>
    public TimeSpan TokenGap { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The standard deviation as a share of the mean, where the distribution leaves it open: for normal and lognormal.</summary>
    public double Spread { get; init; } = 0.3;

    /// <summary>Tokens of a text, where its request does not limit or ask for another length.</summary>
    public int ReplyTokens { get; init; } = 64;

    /// <summary>The same seed gives the n-th request the same times.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A file of recorded times, which replace all of the above; null for none.</summary>
    public string? Recorded { get; init; }
}

public enum TimingDistribution
{
    Fixed,

    /// <summary>Negative times are none.</summary>
    Normal,

    LogNormal,

    Exponential,
}
