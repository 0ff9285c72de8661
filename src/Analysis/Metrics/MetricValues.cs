using NodeBox.Analysis.Statistics;
using NodeBox.Store;

namespace NodeBox.Analysis.Metrics;

/// <summary>The values of every metric in every scenario; a metric without values in a scenario is not there.</summary>
internal sealed class MetricValues
{
    private readonly Dictionary<(string Scenario, string Metric), Sample> _samples = [];
    private readonly Dictionary<(string Scenario, string Metric), BucketedSample> _bucketed = [];

    /// <param name="folder">A folder that has its views.</param>
    public static MetricValues Of(RunFolder folder)
    {
        MetricValues values = new();
        foreach (Metric metric in Metric.All.Where(metric => folder.TrafficMeasured || metric.Per == Observation.Task))
        {
            values.Load(folder, metric);
        }

        return values;
    }

    public Sample? Sample(string scenario, Metric metric) => _samples.GetValueOrDefault((scenario, metric.Key));

    public BucketedSample? Bucketed(string scenario, Metric metric) => _bucketed.GetValueOrDefault((scenario, metric.Key));

    /// <summary>Merges the rows of <see cref="Views.Buckets"/> by key. All keys share their bounds.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="known">Bounds that there are, whether they occur or not.</param>
    public static IReadOnlyDictionary<string, BucketedSample> Merge(Result rows, params IEnumerable<long> known)
    {
        BucketBounds bounds = new([.. known, .. rows.Select(row => row.Long("le"))]);
        return rows.GroupBy(row => row.String("key")).ToDictionary(
            key => key.Key,
            key => new BucketedSample(bounds, [.. key.GroupBy(row => row.String("task_id")).Select(task => BucketsOf(task, bounds))]));
    }

    private void Load(RunFolder folder, Metric metric)
    {
        if (metric.Per == Observation.Bucketed)
        {
            Result buckets = folder.Query(Views.Buckets("bucketed", "series", metric.Key, metric.Unit));
            foreach ((string scenario, BucketedSample sample) in Merge(buckets, metric.Bounds ?? []))
            {
                _bucketed[(scenario, metric.Key)] = sample;
            }
        }
        else if (metric.Quantile is { } quantile)
        {
            foreach (string scenario in folder.Scenarios)
            {
                if (_bucketed.TryGetValue((scenario, quantile.Of), out BucketedSample? sample))
                {
                    _samples[(scenario, metric.Key)] = sample.OfTasks(quantile.P);
                }
            }
        }
        else
        {
            Result rows = folder.Query(Views.Values(metric));
            foreach (IGrouping<string, double> values in rows.GroupBy(row => row.String(0), row => row.Double(1)))
            {
                _samples[(values.Key, metric.Key)] = new Sample(values);
            }
        }
    }

    private static (int Bucket, double Count)[] BucketsOf(IEnumerable<Row> task, BucketBounds bounds) =>
        [.. task.Select(row => (bounds.IndexOf(row.Long("le")), (double)row.Long("count")))];
}
