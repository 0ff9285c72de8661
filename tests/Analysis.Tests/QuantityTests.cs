using NodeBox.Analysis.Statistics;

namespace NodeBox.Analysis.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1234567, "1,234,567")]
    [InlineData(1234.5, "1,235")]
    [InlineData(123.4, "123")]
    [InlineData(12.34, "12.3")]
    [InlineData(1.234, "1.23")]
    [InlineData(0.1234, "0.123")]
    [InlineData(0.00001234, "1.2E−5")]
    [InlineData(-12.34, "−12.3")]
    public void Numbers_have_about_three_figures(double value, string text)
    {
        Assert.Equal(text, Quantity.Number(value));
    }

    [Theory]
    [InlineData(12.3, 11.9, 12.8, "ms", "12.3 [11.9, 12.8]")]
    [InlineData(0.5, 0.25, 0.75, "share", "50 [25, 75]")]
    [InlineData(4, 4, 4, "flows", "4")]
    [InlineData(221.03, 220.9, 221.1, "bytes", "221")]
    public void An_interval_stands_behind_its_value_where_it_says_more(double value, double low, double high, string unit, string text)
    {
        Assert.Equal(text, Quantity.Text(value, new Interval(low, high), unit));
    }
}
