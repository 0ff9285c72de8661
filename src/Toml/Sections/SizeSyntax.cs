using System.Globalization;

namespace NodeBox.Toml.Sections;

/// <summary>Amounts of memory as people write them: a whole number and one unit.</summary>
internal static class SizeSyntax
{
    private static readonly (string Unit, int Shift)[] s_units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    /// <returns>Bytes; null if the text is not such an amount, or one of more than 2^62.</returns>
    public static long? Read(string text)
    {
        (string unit, int shift) = Array.Find(s_units, candidate => text.EndsWith(candidate.Unit, StringComparison.Ordinal));
        bool isAmount = shift > 0
            & long.TryParse(text.AsSpan(0, text.Length - (unit?.Length ?? 0)), NumberStyles.None, CultureInfo.InvariantCulture, out long count);
        return isAmount && count <= 1L << (62 - shift) ? count << shift : null;
    }
}
