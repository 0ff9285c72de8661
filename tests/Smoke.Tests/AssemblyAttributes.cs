// Labs compete for the machine's few cores, and a run's durations with them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
