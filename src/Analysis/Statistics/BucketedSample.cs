namespace NodeBox.Analysis.Statistics;

/// <summary>
/// The values of one bucketed metric in one scenario: a histogram for each task, all with the same bounds. Values of one task share its
/// fate, so tasks, not values, are what is resampled.
/// </summary>
internal sealed class BucketedSample
{
    private readonly IReadOnlyList<IReadOnlyList<(int Bucket, double Count)>> _tasks;

    /// <param name="bounds">The bounds.</param>
    /// <param name="tasks">For each task that has values its buckets that hold some; at least one task.</param>
    public BucketedSample(BucketBounds bounds, IReadOnlyList<IReadOnlyList<(int Bucket, double Count)>> tasks)
    {
        _tasks = tasks;
        Pooled = HistogramOf(bounds, tasks);
    }

    /// <summary>All tasks together.</summary>
    public Histogram Pooled { get; }

    public int Tasks => _tasks.Count;

    /// <summary>How many buckets of single tasks there are: what a resample costs.</summary>
    public int Entries => _tasks.Sum(task => task.Count);

    /// <summary>The quantile of each task by itself.</summary>
    public Sample OfTasks(double p) => new(_tasks.Select(task => HistogramOf(Pooled.Bounds, [task]).Quantile(p)));

    /// <summary>As many tasks as there are, drawn with replacement.</summary>
    /// <param name="draw">Gives a number below its argument.</param>
    public Histogram Resample(Func<int, int> draw) =>
        HistogramOf(Pooled.Bounds, Enumerable.Range(0, _tasks.Count).Select(_ => _tasks[draw(_tasks.Count)]));

    private static Histogram HistogramOf(BucketBounds bounds, IEnumerable<IReadOnlyList<(int Bucket, double Count)>> tasks)
    {
        double[] counts = new double[bounds.Count];
        foreach (IReadOnlyList<(int, double)> task in tasks)
        {
            foreach ((int bucket, double count) in task)
            {
                counts[bucket] += count;
            }
        }

        return new Histogram(bounds, counts);
    }
}
