namespace NodeBox.Analysis;

/// <summary>A table as text, for a terminal or a page.</summary>
/// <param name="Columns">Headings; the first column names what a row is about.</param>
/// <param name="Rows">Cells, as many as there are columns.</param>
/// <param name="Caption">What the cells hold.</param>
public sealed record TextTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string Caption)
{
    /// <summary>In a cell: it could not be known.</summary>
    public const string NotMeasured = "not measured";

    /// <summary>In a cell: it was measured, and there was none.</summary>
    public const string None = "–";
}
