namespace NodeBox.Store;

/// <summary>One row of a <see cref="Result"/>. Columns are named by position from 0 or by name; a null is read as null only by the getters that say so.</summary>
public readonly struct Row
{
    private readonly Result result;
    private readonly Column[] columns;
    private readonly int at;

    internal Row(Result result, Column[] columns, int at)
    {
        this.result = result;
        this.columns = columns;
        this.at = at;
    }

    /// <summary>Whether the column holds no value.</summary>
    public bool IsNull(int column) => !columns[column].Valid[at];

    /// <inheritdoc cref="IsNull(int)"/>
    public bool IsNull(string column) => IsNull(result.Ordinal(column));

    /// <summary>Any integer type that fits 64 bits.</summary>
    /// <exception cref="DuckDbException">The column is null or no integer.</exception>
    public long Long(int column) => columns[column].Integers is { } values ? values[NotNull(column)] : throw Not("an integer", column);

    /// <inheritdoc cref="Long(int)"/>
    public long Long(string column) => Long(result.Ordinal(column));

    /// <summary>As <see cref="Long(int)"/>, with null for null.</summary>
    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    /// <inheritdoc cref="LongOrNull(int)"/>
    public long? LongOrNull(string column) => LongOrNull(result.Ordinal(column));

    /// <summary>A floating-point number, or an integer as one.</summary>
    /// <exception cref="DuckDbException">The column is null or no number.</exception>
    public double Double(int column) => columns[column].Reals is { } values ? values[NotNull(column)] : Long(column);

    /// <inheritdoc cref="Double(int)"/>
    public double Double(string column) => Double(result.Ordinal(column));

    /// <summary>As <see cref="Double(int)"/>, with null for null.</summary>
    public double? DoubleOrNull(int column) => IsNull(column) ? null : Double(column);

    /// <inheritdoc cref="DoubleOrNull(int)"/>
    public double? DoubleOrNull(string column) => DoubleOrNull(result.Ordinal(column));

    /// <summary>Text or JSON.</summary>
    /// <exception cref="DuckDbException">The column is null or no text.</exception>
    public string String(int column) => columns[column].Texts is { } values ? values[NotNull(column)]! : throw Not("text", column);

    /// <inheritdoc cref="String(int)"/>
    public string String(string column) => String(result.Ordinal(column));

    /// <summary>As <see cref="String(int)"/>, with null for null.</summary>
    public string? StringOrNull(int column) => IsNull(column) ? null : String(column);

    /// <inheritdoc cref="StringOrNull(int)"/>
    public string? StringOrNull(string column) => StringOrNull(result.Ordinal(column));

    /// <summary>A truth value.</summary>
    /// <exception cref="DuckDbException">The column is null or no BOOLEAN.</exception>
    public bool Bool(int column) => columns[column].Flags is { } values ? values[NotNull(column)] : throw Not("a truth value", column);

    /// <inheritdoc cref="Bool(int)"/>
    public bool Bool(string column) => Bool(result.Ordinal(column));

    private int NotNull(int column) => IsNull(column)
        ? throw new DuckDbException($"column {result.Columns[column]} is null")
        : at;

    private DuckDbException Not(string kind, int column) => new($"column {result.Columns[column]} is not {kind}");
}
