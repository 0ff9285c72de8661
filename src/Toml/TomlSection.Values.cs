using NodeBox.Toml.Sections;

namespace NodeBox.Toml;

public sealed partial class TomlSection
{
    public string String(string key, string fallback) => OptionalString(key) ?? fallback;

    /// <summary>Null if the key is missing or is not a string.</summary>
    public string? OptionalString(string key) => Read<TomlString>(key, "a \"string\"")?.Value;

    /// <summary>A string with at least one character; empty after an error.</summary>
    public string RequiredString(string key)
    {
        if (!Has(key))
        {
            ErrorAt(Position, Shown.Key(key), $"is missing: add {key} = \"…\"");
            return "";
        }

        string? value = OptionalString(key);
        if (value is "")
        {
            Error(key, "is empty: write some text");
        }

        return value ?? "";
    }

    public int Int(string key, int fallback, int min = int.MinValue, int max = int.MaxValue) => (int)Long(key, fallback, min, max);

    /// <summary>An integer in a range, both ends included.</summary>
    public long Long(string key, long fallback, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Read<TomlInteger>(key, "a whole number")?.Value is not { } value)
        {
            return fallback;
        }

        if (value < min || value > max)
        {
            Error(key, $"{value} is out of range: use {Range(min, max)}");
            return fallback;
        }

        return value;
    }

    /// <summary>A TCP or UDP port, 1 to 65535.</summary>
    public int Port(string key, int fallback)
    {
        if (Read<TomlInteger>(key, "a port number")?.Value is not { } value)
        {
            return fallback;
        }

        if (value is < 1 or > ushort.MaxValue)
        {
            Error(key, $"{value} is not a port: use 1 to {ushort.MaxValue}");
            return fallback;
        }

        return (int)value;
    }

    /// <summary>A finite number in a range, both ends included; a whole number counts as one.</summary>
    public double Double(string key, double fallback, double min = double.MinValue, double max = double.MaxValue)
    {
        if (Find(key) is { Value: TomlInteger whole })
        {
            return InRange(key, whole.Value, fallback, min, max);
        }

        return Read<TomlFloat>(key, "a number")?.Value is { } value ? InRange(key, value, fallback, min, max) : fallback;
    }

    public bool Bool(string key, bool fallback) => Read<TomlBoolean>(key, "true or false")?.Value ?? fallback;

    /// <summary>A time span such as "250ms", "1.5s", "1m" or "2h", in a range with both ends included; min is zero if not given.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan? min = null, TimeSpan? max = null)
    {
        const string form = "a duration such as \"250ms\", \"2s\" or \"1m\"";
        if (Read<TomlString>(key, form)?.Value is not { } text)
        {
            return fallback;
        }

        if (DurationSyntax.Read(text) is not { } duration)
        {
            Error(key, $"{Shown.Text(text)} is not a duration: write {form}");
            return fallback;
        }

        TimeSpan least = min ?? TimeSpan.Zero;
        if (duration < least || duration > max)
        {
            string range = max is { } most
                ? $"{DurationSyntax.Write(least)} to {DurationSyntax.Write(most)}"
                : $"{DurationSyntax.Write(least)} or more";
            Error(key, $"{Shown.Text(text)} is out of range: use {range}");
            return fallback;
        }

        return duration;
    }

    /// <summary>Bytes, written as "512MiB" or "2GiB".</summary>
    public long Size(string key, long fallback)
    {
        const string form = "an amount of memory such as \"512MiB\" or \"2GiB\"";
        if (Read<TomlString>(key, form)?.Value is not { } text)
        {
            return fallback;
        }

        if (SizeSyntax.Read(text) is { } bytes)
        {
            return bytes;
        }

        Error(key, $"{Shown.Text(text)} is not an amount of memory: write {form}");
        return fallback;
    }

    /// <summary>An array of strings; items of other kinds are reported and left out.</summary>
    public IReadOnlyList<string> StringArray(string key, params IReadOnlyList<string> fallback)
    {
        const string form = "an array of strings, such as [\"a\", \"b\"]";
        if (Read<TomlArray>(key, form) is not { } array)
        {
            return fallback;
        }

        foreach (TomlValue? item in array.Items.Where(item => item is not TomlString))
        {
            ErrorAt(item.Position, Shown.Key(key), $"{Shown.Value(item)} is {Shown.Kind(item.Kind)}: write {form}");
        }

        return [.. array.Items.OfType<TomlString>().Select(item => item.Value)];
    }

    /// <summary>One of a few strings.</summary>
    public string Choice(string key, IReadOnlyList<string> allowed, string fallback)
    {
        string value = String(key, fallback);
        if (value == fallback || allowed.Contains(value))
        {
            return value;
        }

        Error(key, $"{Shown.Text(value)} is not known: {Suggestion.For(value, allowed)}");
        return fallback;
    }

    private double InRange(string key, double value, double fallback, double min, double max)
    {
        if (value >= min && value <= max)
        {
            return value;
        }

        string range = (min, max) is (double.MinValue, double.MaxValue)
            ? "a finite number"
            : FormattableString.Invariant($"{min} to {max}");
        Error(key, FormattableString.Invariant($"{value} is out of range: use {range}"));
        return fallback;
    }

    private T? Read<T>(string key, string expected)
        where T : TomlValue
    {
        if (Find(key) is not { } found)
        {
            return null;
        }

        if (found.Value is T value)
        {
            return value;
        }

        found.Section.Mistyped(found, expected);
        return null;
    }

    private static string Range(long min, long max)
    {
        return (min, max) switch
        {
            ( > int.MinValue, int.MaxValue or long.MaxValue) => $"{min} or more",
            (int.MinValue or long.MinValue, < int.MaxValue) => $"{max} or less",
            _ => $"{min} to {max}",
        };
    }
}
