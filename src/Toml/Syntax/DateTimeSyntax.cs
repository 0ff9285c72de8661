namespace NodeBox.Toml.Syntax;

/// <summary>The four kinds of dates and times of RFC 3339, as TOML restricts them.</summary>
internal static class DateTimeSyntax
{
    private const int DateLength = 10;

    public static bool LooksLike(string token) => HasAt(token, 4, '-') || HasAt(token, 2, ':');

    /// <summary>Whether a token is as long as a date, so that a time may follow after a space.</summary>
    public static bool IsDate(string token) => token.Length == DateLength && HasAt(token, 4, '-') && token[7] == '-';

    /// <returns>the value, or null and a sentence about what is wrong with it.</returns>
    public static TomlDateTime? Read(string token, TomlPosition position, out string problem)
    {
        problem = $"{Text.Shorten(token)} is not a date or time that exists: "
            + "write 2026-01-31, 13:45:00, 2026-01-31T13:45:00 or 2026-01-31T13:45:00Z.";
        ReadOnlySpan<char> rest = token.AsSpan();
        DateOnly? date = null;
        if (HasAt(token, 4, '-'))
        {
            date = ReadDate(ref rest);
            if (date is null)
            {
                return null;
            }

            if (rest.IsEmpty)
            {
                return new TomlDateTime(TomlKind.LocalDate, date, null, null, position);
            }

            if (rest[0] is not ('T' or 't' or ' '))
            {
                return null;
            }

            rest = rest[1..];
        }

        if (ReadTime(ref rest) is not { } time)
        {
            return null;
        }

        if (rest.IsEmpty)
        {
            return new TomlDateTime(date is null ? TomlKind.LocalTime : TomlKind.LocalDateTime, date, time, null, position);
        }

        return date is not null && ReadOffset(rest) is { } offset
            ? new TomlDateTime(TomlKind.OffsetDateTime, date, time, offset, position)
            : null;
    }

    private static DateOnly? ReadDate(ref ReadOnlySpan<char> text)
    {
        if (text.Length < DateLength
            || text[7] != '-'
            || !TryNumber(text[..4], out int year)
            || !TryNumber(text[5..7], out int month)
            || !TryNumber(text[8..10], out int day)
            || year < 1
            || month is < 1 or > 12
            || day < 1
            || day > DateTime.DaysInMonth(year, month))
        {
            return null;
        }

        text = text[DateLength..];
        return new DateOnly(year, month, day);
    }

    private static TimeOnly? ReadTime(ref ReadOnlySpan<char> text)
    {
        const int timeLength = 8;
        if (text.Length < timeLength
            || text[2] != ':'
            || text[5] != ':'
            || !TryNumber(text[..2], out int hour)
            || !TryNumber(text[3..5], out int minute)
            || !TryNumber(text[6..8], out int second)
            || hour > 23
            || minute > 59
            || second > 59)
        {
            return null;
        }

        text = text[timeLength..];
        long ticks = 0L;
        if (!text.IsEmpty && text[0] == '.')
        {
            int count = text[1..].IndexOfAnyExceptInRange('0', '9');
            ReadOnlySpan<char> fraction = count < 0 ? text[1..] : text[1..(count + 1)];
            if (fraction.IsEmpty)
            {
                return null;
            }

            ticks = Ticks(fraction);
            text = text[(fraction.Length + 1)..];
        }

        return new TimeOnly(hour, minute, second).Add(TimeSpan.FromTicks(ticks));
    }

    private static TimeSpan? ReadOffset(ReadOnlySpan<char> text)
    {
        if (text is "Z" or "z")
        {
            return TimeSpan.Zero;
        }

        if (text.Length != 6
            || text[0] is not ('+' or '-')
            || text[3] != ':'
            || !TryNumber(text[1..3], out int hours)
            || !TryNumber(text[4..6], out int minutes)
            || hours > 23
            || minutes > 59)
        {
            return null;
        }

        var offset = new TimeSpan(hours, minutes, 0);
        return text[0] == '-' ? -offset : offset;
    }

    /// <summary>The first seven digits of a fraction of a second, in units of 100 ns.</summary>
    private static long Ticks(ReadOnlySpan<char> fraction)
    {
        long ticks = 0L;
        for (int i = 0; i < 7; i++)
        {
            ticks = (ticks * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        return ticks;
    }

    private static bool TryNumber(ReadOnlySpan<char> digits, out int number)
    {
        number = 0;
        foreach (char digit in digits)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    private static bool HasAt(string token, int index, char separator) =>
        token.Length > index && token[index] == separator && !token.AsSpan(0, index).ContainsAnyExceptInRange('0', '9');
}
