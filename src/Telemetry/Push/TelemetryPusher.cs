using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.Extensions.Logging;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Push;

/// <summary>
/// Carries a node's records to the collector: a bounded buffer in memory, a bounded spool on disk, one stream of batches.
/// Adding is cheap, thread-safe and never fails; what cannot be kept is counted. Its traffic belongs to no task and is never tagged.
/// </summary>
public sealed class TelemetryPusher : IAsyncDisposable
{
    /// <summary>The push method of telemetry.proto.</summary>
    public const string Method = "nodebox.telemetry.v1.Telemetry/Push";

    private readonly PushSettings _settings;
    private readonly ILogger _log;
    private readonly RecordBuffer _buffer;
    private readonly Spool _spool;
    private readonly PushStream _stream;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _spooling = new();
    private readonly Task _running;
    private long _enqueued;
    private long _dropped;
    private bool _dropReported;

    private TelemetryPusher(PushSettings settings, Spool spool, ILogger log)
    {
        _settings = settings;
        _log = log;
        _spool = spool;
        _buffer = new RecordBuffer(settings);
        _stream = new PushStream(settings, spool, log);

        // What runs in the background for the node's whole life must not run in the span of whoever started it.
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.WhenAll(Task.Run(SpoolPeriodicallyAsync), Task.Run(() => _stream.RunAsync(_stopping.Token)));
        }
    }

    /// <summary>What became of the records since the process started.</summary>
    public PushCounters Counters => new(
        Interlocked.Read(ref _enqueued),
        Interlocked.Read(ref _dropped) + _stream.Refused,
        _stream.Acked);

    /// <summary>Opens the spool and begins to push what an earlier process left in it.</summary>
    /// <exception cref="IOException">The spool's folder cannot be used.</exception>
    public static TelemetryPusher Start(PushSettings settings, ILogger log)
    {
        Spool spool = Spool.Open(settings.SpoolDirectory, settings.SpoolBytes);
        if (spool.TornBytes > 0)
        {
            log.LogWarning(
                "the spool {Folder} was torn: {Bytes} bytes behind its last whole batch are lost",
                settings.SpoolDirectory,
                spool.TornBytes);
        }

        return new TelemetryPusher(settings, spool, log);
    }

    public void Add(SpanRecord record) => Add(static batch => batch.Spans, record);

    public void Add(FlowRecord record) => Add(static batch => batch.Flows, record);

    public void Add(RetransmitRecord record) => Add(static batch => batch.Retransmits, record);

    public void Add(SliceRecord record) => Add(static batch => batch.Slices, record);

    public void Add(PacketRecord record) => Add(static batch => batch.Packets, record);

    public void Add(TaskRecord record) => Add(static batch => batch.Tasks, record);

    public void Add(DropLedger record) => Add(static batch => batch.Ledgers, record);

    public void Add(LogLine record) => Add(static batch => batch.Logs, record);

    /// <summary>Returns when everything added so far, and kept, is committed at the collector.</summary>
    /// <exception cref="TimeoutException">
    /// That took longer than <paramref name="timeout"/>. Nothing is lost: the spool keeps it.
    /// </exception>
    public async Task FlushAsync(TimeSpan timeout)
    {
        SpoolAll();
        ulong last = _spool.LastSequence;
        try
        {
            await _stream.WhenAckedAsync(last).WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"the collector at {_settings.Collector} has not committed this node's telemetry within {timeout.TotalSeconds:0.#} s"
                + $"{(_stream.Trouble is { } trouble ? $": {trouble}" : "")}. The spool {_settings.SpoolDirectory} keeps it.");
        }
    }

    /// <summary>Puts what is in memory into the spool and stops. It does not wait for the collector: flush first for that.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        SpoolAll();
        _stream.Dispose();
        _spool.Dispose();
    }

    private void Add<T>(Func<Batch, RepeatedField<T>> field, T record)
        where T : IMessage<T>
    {
        if (_buffer.TryAdd(field, record))
        {
            Interlocked.Increment(ref _enqueued);
        }
        else
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private async Task SpoolPeriodicallyAsync()
    {
        using PeriodicTimer timer = new(_settings.BatchInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                SpoolAll();
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is left is spooled by DisposeAsync.
        }
    }

    private void SpoolAll()
    {
        // Held over both steps, so that a flush that finds the buffer empty knows that all of it is in the spool.
        lock (_spooling)
        {
            foreach (FilledBatch filled in _buffer.TakeAll())
            {
                if (!TrySpool(filled, out string? reason))
                {
                    Interlocked.Add(ref _dropped, filled.Count);
                    ReportDrop(reason);
                }
            }
        }

        _stream.Wake();
    }

    private bool TrySpool(FilledBatch filled, out string? reason)
    {
        try
        {
            reason = $"it holds {_settings.SpoolBytes} bytes that the collector has not taken";
            return _spool.TryAppend(filled.Batch, filled.Count);
        }
        catch (Exception e) when (Spool.IsFailure(e))
        {
            reason = e.Message;
            return false;
        }
    }

    private void ReportDrop(string? reason)
    {
        if (!_dropReported)
        {
            _dropReported = true;
            _log.LogWarning(
                "the spool {Folder} takes no more telemetry, so new records are dropped and counted: {Reason}",
                _settings.SpoolDirectory,
                reason);
        }
    }
}
