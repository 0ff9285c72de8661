namespace NodeBox.Benchmarks.Probes;

/// <summary>The figures of all loads over the rounds.</summary>
internal sealed class LoadFigures
{
    private readonly Measurements _pingPong = new();
    private readonly Measurements _pingPongReader = new();
    private readonly Measurements _connect = new();
    private readonly Measurements _connectReader = new();
    private readonly Measurements _p99 = new();

    /// <summary>Runs each load once while the watcher watches.</summary>
    public void Measure(Watch watch, Watcher watcher, Loads loads)
    {
        LoadResult pingPong = loads.PingPong(watcher.Pid);
        _pingPong.Add(watch, pingPong.LoadNs);
        _pingPongReader.Add(watch, pingPong.ReaderNs);
        LoadResult connect = loads.Connect(watcher.Pid);
        _connect.Add(watch, connect.LoadNs);
        _connectReader.Add(watch, connect.ReaderNs);
        _p99.Add(watch, loads.P99Us());
    }

    public Comparison Compare(Watch watch)
    {
        return new Comparison(
            watch.ToString(),
            _pingPong.Median(watch),
            _connect.Median(watch),
            _p99.Median(watch),
            _pingPong.Above(watch),
            _connect.Above(watch),
            _p99.Above(watch),
            _pingPongReader.ShareOf(_pingPong, watch),
            _connectReader.ShareOf(_connect, watch));
    }
}
