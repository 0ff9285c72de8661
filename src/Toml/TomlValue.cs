namespace NodeBox.Toml;

public enum TomlKind
{
    String,
    Integer,
    Float,
    Boolean,
    OffsetDateTime,
    LocalDateTime,
    LocalDate,
    LocalTime,
    Array,
    Table,
}

/// <summary>A value and where it begins in its file.</summary>
public abstract class TomlValue(TomlKind kind, TomlPosition position)
{
    public TomlKind Kind { get; } = kind;

    public TomlPosition Position { get; internal set; } = position;

    public int Line => Position.Line;

    public int Column => Position.Column;
}

public sealed class TomlString(string value, TomlPosition position) : TomlValue(TomlKind.String, position)
{
    public string Value { get; } = value;
}

public sealed class TomlInteger(long value, TomlPosition position) : TomlValue(TomlKind.Integer, position)
{
    public long Value { get; } = value;
}

public sealed class TomlFloat(double value, TomlPosition position) : TomlValue(TomlKind.Float, position)
{
    public double Value { get; } = value;
}

public sealed class TomlBoolean(bool value, TomlPosition position) : TomlValue(TomlKind.Boolean, position)
{
    public bool Value { get; } = value;
}

/// <summary>
/// A date, a time of day, or both with or without an offset from UTC, as <see cref="TomlValue.Kind"/> says. Fractions of a
/// second below 100 ns are cut off, which the specification allows.
/// </summary>
public sealed class TomlDateTime(TomlKind kind, DateOnly? date, TimeOnly? time, TimeSpan? offset, TomlPosition position)
    : TomlValue(kind, position)
{
    public DateOnly? Date { get; } = date;

    public TimeOnly? Time { get; } = time;

    public TimeSpan? Offset { get; } = offset;
}

public sealed class TomlArray(TomlPosition position) : TomlValue(TomlKind.Array, position)
{
    private readonly List<TomlValue> _items = [];

    public IReadOnlyList<TomlValue> Items => _items;

    /// <summary>Whether <c>[[name]]</c> headers made it: only such an array may grow later in the file.</summary>
    internal bool IsOfTables { get; init; }

    internal void Add(TomlValue value) => _items.Add(value);
}
