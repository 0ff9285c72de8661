namespace NodeBox.Store;

/// <summary>
/// One row of a <see cref="Result"/>. Columns are named by position from 0 or by name; a null is read as null only by the getters that say
/// so.
/// </summary>
public readonly struct Row
{
    private readonly Result _result;
    private readonly Column[] _columns;
    private readonly int _at;

    internal Row(Result result, Column[] columns, int at)
    {
        _result = result;
        _columns = columns;
        _at = at;
    }

    /// <summary>Whether the column holds no value.</summary>
    public bool IsNull(int column) => !_columns[column].Valid[_at];

    /// <inheritdoc cref="IsNull(int)"/>
    public bool IsNull(string column) => IsNull(_result.Ordinal(column));

    /// <summary>Any integer type that fits 64 bits.</summary>
    /// <exception cref="DuckDbException">The column is null or no integer.</exception>
    public long Long(int column) => _columns[column].Integers is { } values ? values[NotNull(column)] : throw Not("an integer", column);

    /// <inheritdoc cref="Long(int)"/>
    public long Long(string column) => Long(_result.Ordinal(column));

    /// <summary>As <see cref="Long(int)"/>, with null for null.</summary>
    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <inheritdoc cref="LongOrNull(int)"/>
    public long? LongOrNull(string column) => LongOrNull(_result.Ordinal(column));

    /// <summary>A floating-point number, or an integer as one.</summary>
    /// <exception cref="DuckDbException">The column is null or no number.</exception>
    public double Double(int column) => _columns[column].Reals is { } values ? values[NotNull(column)] : Long(column);

    /// <inheritdoc cref="Double(int)"/>
    public double Double(string column) => Double(_result.Ordinal(column));

    /// <summary>As <see cref="Double(int)"/>, with null for null.</summary>
    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <inheritdoc cref="DoubleOrNull(int)"/>
    public double? DoubleOrNull(string column) => DoubleOrNull(_result.Ordinal(column));

    /// <summary>Text or JSON.</summary>
    /// <exception cref="DuckDbException">The column is null or no text.</exception>
    public string String(int column) => _columns[column].Texts is { } values ? values[NotNull(column)]! : throw Not("text", column);

    /// <inheritdoc cref="String(int)"/>
    public string String(string column) => String(_result.Ordinal(column));

    /// <summary>As <see cref="String(int)"/>, with null for null.</summary>
    public string? StringOrNull(int column) => IsNull(column) ? null : String(column);

    /// <inheritdoc cref="StringOrNull(int)"/>
    public string? StringOrNull(string column) => StringOrNull(_result.Ordinal(column));

    /// <summary>A truth value.</summary>
    /// <exception cref="DuckDbException">The column is null or no BOOLEAN.</exception>
    public bool Bool(int column) => _columns[column].Flags is { } values ? values[NotNull(column)] : throw Not("a truth value", column);

    /// <inheritdoc cref="Bool(int)"/>
    public bool Bool(string column) => Bool(_result.Ordinal(column));

    private int NotNull(int column) => IsNull(column)
        ? throw new DuckDbException($"column {_result.Columns[column]} is null")
        : _at;

    private DuckDbException Not(string kind, int column) => new($"column {_result.Columns[column]} is not {kind}");
}
