using System.Collections.Concurrent;
using System.Globalization;

namespace NodeBox.Roles.Llm.Metrics;

/// <summary>A distribution by model, in fixed buckets. Any thread may observe.</summary>
/// <param name="name">The metric's name, with its unit.</param>
/// <param name="help">What it measures.</param>
/// <param name="bounds">The upper bounds of the buckets but the last, growing.</param>
internal sealed class Histogram(string name, string help, params double[] bounds)
{
    private readonly ConcurrentDictionary<string, Series> _series = new();

    /// <summary>The mean of all observations of a model; 0 before the first.</summary>
    public double Mean(string model) => _series.TryGetValue(model, out Series? series) ? series.Mean : 0;

    public void Observe(string model, double value)
    {
        int index = Array.BinarySearch(bounds, value);
        _series.GetOrAdd(model, static (_, buckets) => new Series(buckets), bounds.Length + 1).Add(index < 0 ? ~index : index, value);
    }

    public void WriteTo(MetricsText text)
    {
        text.Begin(name, "histogram", help);
        foreach ((string model, Series series) in _series.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            (long[] counts, double sum) = series.Read();
            long cumulative = 0;
            for (int i = 0; i < counts.Length; i++)
            {
                cumulative += counts[i];
                string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Add($"{name}_bucket", cumulative, ("model", model), ("le", bound));
            }

            text.Add($"{name}_sum", sum, ("model", model));
            text.Add($"{name}_count", cumulative, ("model", model));
        }
    }

    /// <summary>The observations of one model.</summary>
    private sealed class Series(int buckets)
    {
        private readonly Lock _gate = new();
        private readonly long[] _counts = new long[buckets];
        private double _sum;
        private long _count;

        public double Mean
        {
            get
            {
                lock (_gate)
                {
                    return _sum / _count;
                }
            }
        }

        public void Add(int bucket, double value)
        {
            lock (_gate)
            {
                _counts[bucket]++;
                _sum += value;
                _count++;
            }
        }

        public (long[] Counts, double Sum) Read()
        {
            lock (_gate)
            {
                return ([.. _counts], _sum);
            }
        }
    }
}
