using System.Globalization;

namespace NodeBox.Toml.Sections;

/// <summary>Durations as people write them: a number and one unit.</summary>
internal static class DurationSyntax
{
    private static readonly (string Unit, long Ticks)[] s_units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <returns>null if the text is not a duration, or one longer than 10,000 hours.</returns>
    public static TimeSpan? Read(string text)
    {
        ReadOnlySpan<char> number = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        string unit = text[number.Length..];
        long ticks = Array.Find(s_units, candidate => candidate.Unit == unit).Ticks;
        if (ticks == 0 || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count))
        {
            return null;
        }

        return count > 10_000m * TimeSpan.TicksPerHour / ticks ? null : TimeSpan.FromTicks((long)(count * ticks));
    }

    /// <summary>The shortest way to write a duration in one unit.</summary>
    public static string Write(TimeSpan duration)
    {
        (string unit, long ticks) = Array.FindLast(s_units, candidate => duration.Ticks % candidate.Ticks == 0);
        return duration == TimeSpan.Zero ? "0s" : $"{duration.Ticks / ticks}{unit}";
    }
}
