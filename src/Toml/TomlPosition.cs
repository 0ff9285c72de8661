namespace NodeBox.Toml;

/// <summary>A place in a file: both numbers start at 1, columns count Unicode characters.</summary>
public readonly record struct TomlPosition(int Line, int Column) : IComparable<TomlPosition>
{
    public static TomlPosition Start => new(1, 1);

    public int CompareTo(TomlPosition other) => (Line, Column).CompareTo((other.Line, other.Column));
}
