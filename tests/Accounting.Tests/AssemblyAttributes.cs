// Captures and loads compete for the machine's few cores, and a capture that falls behind loses packets.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
