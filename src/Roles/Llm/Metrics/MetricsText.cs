using System.Globalization;
using System.Text;

namespace NodeBox.Roles.Llm.Metrics;

/// <summary>Metrics in Prometheus's text format, version 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    /// <summary>Begins a metric; its samples follow.</summary>
    public void Begin(string name, string type, string help) => _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <summary>A sample of the metric that was begun, without the labels whose value is empty: to Prometheus they are the same.</summary>
    public void Add(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        char separator = '{';
        foreach ((string label, string text) in labels)
        {
            if (text.Length > 0)
            {
                _text.Append(separator).Append(label).Append("=\"").Append(Escape(text)).Append('"');
                separator = ',';
            }
        }

        _text.Append(separator == ',' ? "}" : "").Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    public override string ToString() => _text.ToString();

    private static string Escape(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
