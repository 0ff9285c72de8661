using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>
/// Watches the node's TCP flows: attaches the probes, tags this process's sockets, and turns kernel events into flow records. Where the
/// probes cannot be had, the node serves all the same and says why it does not measure.
/// </summary>
internal sealed class FlowRecorder : IDisposable
{
    /// <summary>The unix socket, in the node's state directory, at which the driver gets the tag map.</summary>
    public const string TagSocketName = "tags.sock";

    // The programs never wake a reader, which would cost more than all else they do.
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(20);

    private readonly FlowProbes? _probes;
    private readonly FlowRecords _records;
    private readonly SocketTagger? _tagger;
    private readonly Lock _draining = new();
    private readonly ManualResetEventSlim _stop = new();
    private TelemetryPusher? _pusher;
    private Thread? _thread;
    private TagMapServer? _shared;

    private FlowRecorder(string node, FlowProbes? probes, string? whyNot)
    {
        _probes = probes;
        WhyNot = whyNot;
        _records = new FlowRecords(node);
        _tagger = probes is null ? null : new SocketTagger(probes.Tags);
    }

    /// <summary>How flows are measured: "tp_btf" or "none".</summary>
    public string Rung => _probes is null ? "none" : "tp_btf";

    /// <summary>Why flows are not measured, or null.</summary>
    public string? WhyNot { get; }

    /// <summary>Loads and attaches the probes to this process's network namespace, or notes why that is not possible.</summary>
    public static FlowRecorder Attach(TestbedNode node, ILogger log)
    {
        try
        {
            return new FlowRecorder(node.Name, FlowProbes.Attach(new FlowProbeOptions()), whyNot: null);
        }
        catch (ProbeUnavailableException e)
        {
            log.LogWarning("flows are not measured: {Reason}", e.Message);
            return new FlowRecorder(node.Name, probes: null, e.Message);
        }
    }

    /// <summary>Tags a socket of this process; does nothing where flows are not measured.</summary>
    public void TagSocket(Socket socket, Tag tag, TagFlags flags) => _tagger?.Set(socket, tag, flags);

    /// <summary>
    /// Lets a driver on this machine tag its sockets, too: hands it the tag map at a unix socket in <paramref name="directory"/>.
    /// </summary>
    public void ShareTags(string directory)
    {
        if (_probes is not null)
        {
            Directory.CreateDirectory(directory);
            _shared = TagMapServer.Listen(Path.Combine(directory, TagSocketName), _probes.Tags);
        }
    }

    /// <summary>Begins to push what the probes see.</summary>
    public void Start(TelemetryPusher pusher)
    {
        _pusher = pusher;
        if (_probes is not null)
        {
            _thread = new Thread(DrainUntilStopped) { IsBackground = true, Name = "flow recorder" };
            _thread.Start();
        }
    }

    /// <summary>Hands everything the probes have seen until now to the pusher, with a snapshot of each flow that is still open.</summary>
    /// <returns>How many flows of tasks are still open.</returns>
    public int Flush()
    {
        lock (_draining)
        {
            Drain();
            if (_probes is null || _pusher is not { } pusher)
            {
                return 0;
            }

            int ofTasks = 0;
            foreach (FlowSnapshot flow in _probes.Snapshot())
            {
                if (_records.Of(flow) is { } record)
                {
                    pusher.Add(record);
                    ofTasks += flow.Tag.IsEmpty ? 0 : 1;
                }
            }

            return ofTasks;
        }
    }

    /// <summary>Each probe's balance since it was attached.</summary>
    public IReadOnlyDictionary<string, LedgerEntry> Ledger() => (_probes?.ReadLedgers() ?? []).ToDictionary(
        static probe => probe.Probe,
        static probe => new LedgerEntry(
            (long)probe.Seen, (long)probe.Filtered, (long)probe.Aggregated, (long)probe.Emitted, (long)probe.Dropped, (long)probe.Missed));

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _shared?.Dispose();
        _probes?.Dispose();
        _stop.Dispose();
    }

    private void DrainUntilStopped()
    {
        while (!_stop.Wait(s_drainInterval))
        {
            lock (_draining)
            {
                Drain();
            }
        }
    }

    private void Drain()
    {
        if (_probes is null || _pusher is not { } pusher)
        {
            return;
        }

        _probes.Drain(
            e =>
            {
                if (_records.Of(e) is { } flow)
                {
                    pusher.Add(flow);
                }
            },
            e =>
            {
                if (_records.Of(e) is { } retransmit)
                {
                    pusher.Add(retransmit);
                }
            });
    }
}
