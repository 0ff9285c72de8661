using System.Collections.Concurrent;

namespace NodeBox.Roles.Llm.Metrics;

/// <summary>Counts by model and one more label. Any thread may count.</summary>
internal sealed class Counters(string name, string help, string label)
{
    private readonly ConcurrentDictionary<(string Model, string Value), long> _counts = new();

    public void Add(string model, string value) => _counts.AddOrUpdate((model, value), 1, static (_, count) => count + 1);

    public void WriteTo(MetricsText text)
    {
        text.Begin(name, "counter", help);
        foreach (((string model, string value), long count) in _counts.OrderBy(entry => $"{entry.Key}", StringComparer.Ordinal))
        {
            text.Add(name, count, ("model", model), (label, value));
        }
    }
}
