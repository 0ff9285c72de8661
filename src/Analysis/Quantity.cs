using System.Globalization;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis;

/// <summary>Numbers as people read them: three figures or all digits before the point, thousands apart.</summary>
internal static class Quantity
{
    /// <summary>A unit's sign behind a label; none for counts and ratios, whose labels name what is counted.</summary>
    public static string SignOf(string unit) => unit switch
    {
        "us" => "µs",
        "share" => "%",
        "ms" or "bytes" => unit,
        _ => "",
    };

    /// <summary>The value without its unit.</summary>
    public static string Text(double value, string unit) => Number(unit == "share" ? value * 100 : value);

    /// <summary>The value and its interval, as in <c>12.3 [11.9, 12.8]</c>; the value alone where the interval reads the same.</summary>
    public static string Text(double value, Interval interval, string unit)
    {
        string text = Text(value, unit);
        string low = Text(interval.Low, unit);
        string high = Text(interval.High, unit);
        return low == text && high == text ? text : $"{text} [{low}, {high}]";
    }

    /// <summary>A p-value: below 0.001 its digits mean nothing.</summary>
    public static string P(double p) => p < 0.001 ? "p < 0.001" : $"p = {p.ToString("0.000", CultureInfo.InvariantCulture)}";

    /// <summary>A number with its sign, for differences.</summary>
    public static string Signed(double value) => value > 0 ? $"+{Number(value)}" : Number(value);

    public static string Number(double value)
    {
        double size = Math.Abs(value);
        string format = size switch
        {
            _ when value == Math.Round(value) => "#,##0",
            >= 100 => "#,##0",
            >= 10 => "0.0",
            >= 1 => "0.00",
            >= 0.001 => "0.000",
            _ => "0.0E+0",
        };
        return value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }
}
