using System.Numerics;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Programs;
using NodeBox.Probes.Native.RingBuf;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native;

/// <summary>
/// The kernel programs that report the TCP flows of this thread's network namespace, attached until disposed or until this process ends.
/// Programs do not wake a reader, as that would cost more than all else they do: call <see cref="Drain"/> on a timer (20 ms serves).
/// What the ring cannot hold in between is counted as dropped.
/// </summary>
public sealed class FlowProbes : IDisposable
{
    private delegate ProgramSpec Assembly(ProbeTarget target, int program);

    private static readonly Assembly[] s_core =
    [
        InetSockSetState.Assemble, TcpRcvSpaceAdjust.Assemble, TcpRetransmitSkb.Assemble, TcpProbe.Assemble, BpfIterTcp.Assemble,
    ];

    // The verifier lets a pointer move by less than 512 MiB (include/linux/bpf_verifier.h, BPF_MAX_VAR_OFF).
    private const int MostFlowPlaces = 1 << 18;

    // What a 32-bit number of ns holds, with the sign that comparisons take.
    private static readonly TimeSpan s_longestGap = TimeSpan.FromSeconds(2);

    private static readonly Assembly[] s_bursts = [NetDevStartXmit.Assemble];
    private static readonly Assembly[] s_packets = [PacketProbes.AssembleReceived, PacketProbes.AssembleSent];

    private readonly FlowProbeOptions _options;
    private readonly ProbeMaps _maps;
    private readonly SocketFlags _flags;
    private readonly RingBufMapping _ring;
    private readonly List<Program> _programs = [];
    private readonly List<Link> _links = [];
    private readonly Iterator _sockets;
    private IReadOnlySet<ulong> _unlisted = new HashSet<ulong>();

    private FlowProbes(FlowProbeOptions options, BtfSpec btf)
    {
        _flags = SocketFlags.Of(btf);
        Assembly[] probes = [.. s_core, .. options.Bursts ? s_bursts : [], .. options.Packets ? s_packets : []];
        _maps = ProbeMaps.Create(options, probes.Length);
        _options = _maps.Options;
        try
        {
            _ring = new RingBufMapping(_maps.Events);
            Netns = NetNamespace.Current();
            ProbeTarget target = new(_options, btf, _maps, Netns);
            _programs.AddRange(probes.Select((assemble, program) => Program.Load(assemble(target, program))));
            ILookup<bpf_attach_type, Program> programs = _programs.ToLookup(program => program.Spec.AttachType);
            _links.AddRange(programs[bpf_attach_type.BPF_TRACE_RAW_TP].Select(Link.Attach));
            _sockets = new Iterator(programs[bpf_attach_type.BPF_TRACE_ITER].Single());
        }
        catch
        {
            Dispose();
            throw;
        }

        Tags = new TagMap(_maps.Tags.Fd);
        Missing = MissingFigures.Of(new TcpFields(btf));
    }

    /// <summary>The network namespace whose flows they report, by its inode number.</summary>
    public uint Netns { get; }

    /// <summary>The tags of sockets; disposed with these probes.</summary>
    public TagMap Tags { get; }

    /// <summary>
    /// Figures that this kernel does not give, each with the reason in a sentence: they are null or never reported. Empty on 6.18.
    /// </summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Loads and attaches all programs.</summary>
    /// <exception cref="ArgumentException">The ring's size is no power of two or less than a page, the places for flows are no power of two or
    /// too many, or the gap is too short or long.</exception>
    /// <exception cref="ProbeUnavailableException">This machine or process cannot; the message says why and what to do.</exception>
    public static FlowProbes Attach(FlowProbeOptions options)
    {
        int ring = options.RingBufferBytes;
        if (!BitOperations.IsPow2(ring) || ring < Environment.SystemPageSize)
        {
            throw new ArgumentException($"a ring takes a power of two and at least a page of bytes, not {ring}", nameof(options));
        }

        if (!BitOperations.IsPow2(options.FlowPlaces) || options.FlowPlaces > MostFlowPlaces)
        {
            throw new ArgumentException(
                $"the places for flows are a power of two and at most {MostFlowPlaces}, not {options.FlowPlaces}", nameof(options));
        }

        if (options.BurstGap <= TimeSpan.Zero || options.BurstGap > s_longestGap)
        {
            throw new ArgumentException($"a burst's gap is longer than 0 and at most {s_longestGap}, not {options.BurstGap}", nameof(options));
        }

        try
        {
            return new FlowProbes(options, BtfSpec.LoadKernel());
        }
        catch (Exception e) when (Unavailability.Explain(e) is string why)
        {
            throw new ProbeUnavailableException(why, e);
        }
    }

    /// <summary>Hands over all records that are complete, in the kernel's order. One caller at a time.</summary>
    /// <returns>The number of records.</returns>
    public int Drain(FlowHandlers handlers) =>
        _ring.Reader.Drain(new RecordReader(_flags, _options, handlers).Read, handlers.BeforeBatch);

    /// <summary>The account of each program.</summary>
    public IReadOnlyList<ProbeLedger> ReadLedgers() =>
        [.. _programs.Select((program, index) => LedgerReader.Read(program, _maps.Ledgers, index))];

    /// <summary>
    /// The connected sockets of the calling thread's network namespace, with what the programs and tags know of them:
    /// flows that no <see cref="FlowEventKind.Closed"/> has reported yet. What the programs still know of a flow that is missing twice in a row
    /// is forgotten, so call it in the namespace whose flows these are. One caller at a time.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<FlowSnapshot> Snapshot()
    {
        _sockets.Run();
        using FlowTableReader flows = new(_maps.Flows, _options);
        DiagReply reply = new(Bpf.MapInfo(_maps.Tags.Fd.Number).id, flows);
        IReadOnlyList<FlowSnapshot> open = SockDiag.Dump([_maps.Tags.Fd.Number], reply.Read);
        _unlisted = flows.FreeUnlisted(open.Select(static flow => flow.Cookie).ToHashSet(), _unlisted);
        return open;
    }

    /// <summary>Detaches the programs and frees their maps, but for tags that another process holds.</summary>
    public void Dispose()
    {
        foreach (Link link in _links)
        {
            link.Dispose();
        }

        _sockets?.Dispose();
        foreach (Program program in _programs)
        {
            program.Dispose();
        }

        _ring?.Dispose();
        _maps.Dispose();
    }
}
