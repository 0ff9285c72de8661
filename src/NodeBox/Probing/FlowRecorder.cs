using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NodeBox.Configuration;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>
/// Watches the node's TCP flows: attaches the probes, tags this process's sockets and takes its cuts, and turns what the kernel reports
/// into records. Where the probes cannot be had, the node serves all the same and says why it does not measure.
/// </summary>
internal sealed class FlowRecorder : IDisposable
{
    /// <summary>The unix socket, in the node's state directory, at which the driver gets the tag map.</summary>
    public const string TagSocketName = "tags.sock";

    /// <summary>The unix socket beside it to which the driver sends its cuts.</summary>
    public const string CutSocketName = "cuts.sock";

    // The programs never wake a reader, which would cost more than all else they do.
    private static readonly TimeSpan s_drainInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_emitInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_ledgerInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_pruneInterval = TimeSpan.FromMinutes(1);

    private readonly string _node;
    private readonly FlowProbes? _probes;
    private readonly SocketTagger? _tagger;
    private readonly CutQueue _cuts = new();
    private readonly Lock _draining = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly ILogger _log;
    private readonly FlowProbeOptions _options;
    private OpenFlows? _flows;
    private FlowHandlers? _handlers;
    private TelemetryPusher? _pusher;
    private Thread? _thread;
    private TagMapServer? _sharedTags;
    private CutServer? _driverCuts;
    private long _cutsLostBefore;

    private FlowRecorder(string node, FlowProbes? probes, FlowProbeOptions options, string? whyNot, ILogger log)
    {
        _node = node;
        _probes = probes;
        _options = options;
        _log = log;
        WhyNot = whyNot;
        _tagger = probes is null ? null : new SocketTagger(probes.Tags, reason => log.LogError("{Reason}", reason));
    }

    /// <summary>How flows are measured: "tp_btf" or "none".</summary>
    public string Rung => _probes is null ? "none" : "tp_btf";

    /// <summary>Why flows are not measured, or null.</summary>
    public string? WhyNot { get; }

    /// <summary>Whether each packet is recorded.</summary>
    public bool HasPackets => _probes is not null && _options.Packets;

    /// <summary>How much there is to do, and what was lost.</summary>
    public RecorderCounters Counters
    {
        get
        {
            lock (_draining)
            {
                return new RecorderCounters(_flows?.Counters ?? default, _cuts.Count, _cuts.Dropped, _tagger?.Failures ?? 0);
            }
        }
    }

    /// <summary>Loads and attaches the probes to this process's network namespace, or notes why that is not possible.</summary>
    public static FlowRecorder Attach(TestbedNode node, ProbeSettings probes, ILogger log)
    {
        var options = new FlowProbeOptions { Bursts = probes.Bursts, BurstGap = probes.BurstGap, Packets = probes.Packets };
        try
        {
            FlowProbes attached = FlowProbes.Attach(options);
            foreach (string missing in attached.Missing)
            {
                log.LogWarning("not everything is measured: {Reason}", missing);
            }

            return new FlowRecorder(node.Name, attached, options, whyNot: null, log);
        }
        catch (ProbeUnavailableException e)
        {
            log.LogWarning("flows are not measured: {Reason}", e.Message);
            return new FlowRecorder(node.Name, probes: null, options, e.Message, log);
        }
    }

    /// <summary>Takes a boundary of this process and tags its socket; does nothing where flows are not measured.</summary>
    public void Cut(Socket socket, in SliceCut cut, TagFlags flags)
    {
        if (_tagger is null)
        {
            return;
        }

        _cuts.Add(in cut);
        if (cut.Tag is not null || flags != TagFlags.None)
        {
            _tagger.Set(socket, cut.Tag, flags);
        }
    }

    /// <summary>
    /// Lets a driver on this machine tag and slice its connections, too, at unix sockets in <paramref name="directory"/>.
    /// </summary>
    public void ShareTags(string directory)
    {
        if (_probes is not null)
        {
            Directory.CreateDirectory(directory);
            _sharedTags = TagMapServer.Listen(Path.Combine(directory, TagSocketName), _probes.Tags);
            lock (_draining)
            {
                _driverCuts = CutServer.Listen(Path.Combine(directory, CutSocketName), _log);
            }
        }
    }

    /// <summary>Begins to push what the probes see.</summary>
    public void Start(TelemetryPusher pusher)
    {
        _pusher = pusher;
        if (_probes is not null)
        {
            _flows = new OpenFlows(new FlowRecords(_node, _probes.Netns), RecordSink.To(pusher), _options.Bursts);
            _handlers = HandlersOf(_flows);
            _thread = new Thread(DrainUntilStopped) { IsBackground = true, Name = "flow recorder" };
            _thread.Start();
        }
    }

    /// <summary>Hands everything the probes have seen until now to the pusher, with a snapshot of each flow that is still open.</summary>
    /// <returns>How many flows of tasks are still open.</returns>
    /// <exception cref="BpfException">The kernel refused to list the sockets; what was seen is pushed all the same.</exception>
    public int Flush()
    {
        lock (_draining)
        {
            if (_probes is null || _flows is null)
            {
                return 0;
            }

            Drain();
            IReadOnlyList<FlowSnapshot> open = _probes.Snapshot();
            ulong atNs = (ulong)Stopwatch.GetTimestamp();

            // What happened before the snapshot must be known when it is read.
            Drain();
            PushLedger();
            return _flows.Flush(open, atNs);
        }
    }

    /// <summary>Each probe's balance since it was attached, and that of the slices' boundaries.</summary>
    public IReadOnlyDictionary<string, LedgerEntry> Ledger() =>
        _probes is null ? new Dictionary<string, LedgerEntry>() : ProbeAccounts.Of(_probes.ReadLedgers(), Counters);

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join();
        _sharedTags?.Dispose();
        _driverCuts?.Dispose();
        _probes?.Dispose();
        _stop.Dispose();
    }

    private void DrainUntilStopped()
    {
        Periodic emit = new(s_emitInterval, _flows!.EmitSlices);
        Periodic pushLedger = new(s_ledgerInterval, PushLedger);
        Periodic prune = new(s_pruneInterval, Prune);
        while (!_stop.Wait(s_drainInterval))
        {
            lock (_draining)
            {
                Drain();
                _flows.ForgetEnded((ulong)Stopwatch.GetTimestamp());
                emit.RunIfDue();
                pushLedger.RunIfDue();
                prune.RunIfDue();
            }
        }
    }

    private void PushLedger()
    {
        long atNs = NodeClock.NowNs();
        foreach ((string name, LedgerEntry account) in Ledger())
        {
            _pusher!.Add(ProbeAccounts.RecordOf(name, account, atNs));
        }
    }

    // A full ring loses ends of flows, too.
    private void Prune()
    {
        try
        {
            ulong atNs = (ulong)Stopwatch.GetTimestamp();
            IReadOnlyList<FlowSnapshot> open = _probes!.Snapshot();
            Drain();
            _flows!.ForgetUnlisted(open, atNs);
        }
        catch (BpfException e)
        {
            _log.LogWarning("flows whose end was lost cannot be told from open ones: {Reason}", e.Message);
        }
    }

    private void Drain()
    {
        ulong begunNs = (ulong)Stopwatch.GetTimestamp();
        _driverCuts?.Accept();
        _probes!.Drain(_handlers!);
        TakeCuts();
        _flows!.ForgetOldSlices(begunNs);
    }

    // A cut is made before any byte behind it is sent: so taking the cuts when facts are there, and before they are handled, gives each fact
    // its slice.
    private FlowHandlers HandlersOf(OpenFlows flows) => new()
    {
        BeforeBatch = TakeCuts,
        Flow = flows.Take,
        Retransmit = flows.Take,
        Rtt = flows.Take,
        Bursts = flows.Take,
        Duplicates = flows.Take,
        Packets = flows.Take,
    };

    private void TakeCuts()
    {
        OpenFlows flows = _flows!;
        while (_cuts.TryTake(out SliceCut cut))
        {
            flows.Take(in cut, this);
        }

        if (_cuts.Dropped != _cutsLostBefore)
        {
            _cutsLostBefore = _cuts.Dropped;
            flows.MarkCutsLost(this);
        }

        _driverCuts?.Drain(flows.Take, flows.MarkCutsLost);
    }
}
