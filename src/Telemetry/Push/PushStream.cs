using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Push;

/// <summary>Sends the spool's batches in order, reconnecting for ever, and forgets those that the collector has acknowledged.</summary>
internal sealed class PushStream(PushSettings settings, Spool spool, ILogger log) : IDisposable
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromMilliseconds(100);

    private readonly GrpcChannel _channel = new(settings.Collector, settings.Cut);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly List<(ulong Sequence, TaskCompletionSource Done)> _waiting = [];
    private ulong _ackedSequence;
    private long _acked;
    private long _refused;

    /// <summary>Records that the collector has committed.</summary>
    public long Acked => Interlocked.Read(ref _acked);

    /// <summary>Records that the collector will never take.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Why the collector cannot be reached now, or null if it can.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Says that the spool may have another batch.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Completes when the batch <paramref name="sequence"/> and all before it are acknowledged.</summary>
    public Task WhenAckedAsync(ulong sequence)
    {
        lock (_gate)
        {
            if (sequence <= _ackedSequence)
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((sequence, done));
            return done.Task;
        }
    }

    /// <summary>Pushes until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        TimeSpan backoff = s_firstBackoff;
        while (true)
        {
            ConcurrentQueue<SentBatch> unacked = [];
            ulong before = _ackedSequence;
            RpcException failure = await PushAsync(unacked, stopping).ConfigureAwait(false);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (failure.Code is StatusCode.InvalidArgument or StatusCode.ResourceExhausted && unacked.TryPeek(out SentBatch culprit))
            {
                try
                {
                    GiveUp(culprit, failure.Message);
                    continue;
                }
                catch (Exception e) when (Spool.IsFailure(e))
                {
                    failure = FailureOfSpool(e);
                }
            }

            Report(failure.Message);
            backoff = _ackedSequence > before ? s_firstBackoff : backoff;
            TimeSpan pause = backoff * (1 + (Random.Shared.NextDouble() / 4));
            await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < settings.MaxBackoff ? backoff * 2 : settings.MaxBackoff;
        }
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>
    /// One stream from its beginning to its end. The collector answers in order, so the first batch unacknowledged is the one it failed at.
    /// </summary>
    private async Task<RpcException> PushAsync(ConcurrentQueue<SentBatch> unacked, CancellationToken stopping)
    {
        try
        {
            IAsyncEnumerable<Ack> acks = _channel.DuplexAsync(
                TelemetryPusher.Method, ReadSpoolAsync(unacked, stopping), Ack.Parser, cancellation: stopping);
            await foreach (Ack ack in acks.ConfigureAwait(false))
            {
                if (ack.SpoolId == spool.Id)
                {
                    Take(ack.Sequence, unacked);
                }
            }

            return new RpcException(StatusCode.Unavailable, "the collector ended the stream");
        }
        catch (RpcException e)
        {
            return e;
        }
        catch (Exception e) when (Spool.IsFailure(e))
        {
            return FailureOfSpool(e);
        }
    }

    private RpcException FailureOfSpool(Exception e) =>
        new(StatusCode.Internal, $"the spool {settings.SpoolDirectory} fails: {e.Message}", e);

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadSpoolAsync(
        ConcurrentQueue<SentBatch> unacked, [EnumeratorCancellation] CancellationToken stopping)
    {
        SpoolCursor cursor = default;
        while (true)
        {
            while (spool.ReadNext(ref cursor) is { } spooled)
            {
                unacked.Enqueue(new SentBatch(spooled.Sequence, spooled.Count));
                yield return spooled.Payload;
            }

            await _wake.Reader.ReadAsync(stopping).ConfigureAwait(false);
        }
    }

    private void Take(ulong sequence, ConcurrentQueue<SentBatch> unacked)
    {
        while (unacked.TryPeek(out SentBatch oldest) && oldest.Sequence <= sequence)
        {
            unacked.TryDequeue(out _);
            Interlocked.Add(ref _acked, oldest.Count);
        }

        if (Trouble is not null)
        {
            Trouble = null;
            log.LogInformation("telemetry reaches the collector at {Collector} again", settings.Collector);
        }

        Advance(sequence);
    }

    private void GiveUp(SentBatch culprit, string reason)
    {
        Interlocked.Add(ref _refused, culprit.Count);
        log.LogError(
            "the collector at {Collector} refused {Count} records, which are dropped: {Reason}", settings.Collector, culprit.Count, reason);
        Advance(culprit.Sequence);
    }

    private void Advance(ulong sequence)
    {
        try
        {
            spool.Acknowledge(sequence);
        }
        finally
        {
            // The spool has forgotten the batches also where it cannot delete their files.
            lock (_gate)
            {
                _ackedSequence = Math.Max(_ackedSequence, sequence);
                foreach ((_, TaskCompletionSource done) in _waiting.Where(waiter => waiter.Sequence <= _ackedSequence))
                {
                    done.TrySetResult();
                }

                _waiting.RemoveAll(waiter => waiter.Done.Task.IsCompleted);
            }
        }
    }

    private void Report(string reason)
    {
        if (Trouble is null)
        {
            log.LogWarning(
                "telemetry does not reach the collector at {Collector} ({Reason}); it is kept in {Folder} and sent when that answers",
                settings.Collector,
                reason,
                settings.SpoolDirectory);
        }

        Trouble = reason;
    }

    private readonly record struct SentBatch(ulong Sequence, int Count);
}
