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

/// <summary>Takes a flow's event; it is valid during the call only.</summary>
public delegate void FlowEventHandler(FlowEvent e);

/// <summary>Takes a retransmission; it is valid during the call only.</summary>
public delegate void RetransmitEventHandler(RetransmitEvent e);

/// <summary>
/// The kernel programs that report the TCP flows of this thread's network namespace, attached until disposed or until this process ends.
/// Programs do not wake a reader, as that would cost more than all else they do: call <see cref="Drain"/> on a timer (20 ms serves).
/// What the ring cannot hold in between is counted as dropped.
/// </summary>
public sealed class FlowProbes : IDisposable
{
    private delegate ProgramSpec Assembly(ProbeTarget target, int program);

    private static readonly Assembly[] s_probes = [InetSockSetState.Assemble, TcpRcvSpaceAdjust.Assemble, TcpRetransmitSkb.Assemble];

    private readonly ProbeMaps _maps;
    private readonly SocketFlags _flags;
    private readonly RingBufMapping _ring;
    private readonly List<Program> _programs = [];
    private readonly List<Link> _links = [];

    private FlowProbes(FlowProbeOptions options, BtfSpec btf)
    {
        _flags = SocketFlags.Of(btf);
        _maps = new ProbeMaps(options.RingBufferBytes, s_probes.Length);
        try
        {
            _ring = new RingBufMapping(_maps.Events);
            ProbeTarget target = new(btf, _maps, NetNamespace.Current());
            _programs.AddRange(s_probes.Select((assemble, program) => Program.Load(assemble(target, program))));
            _links.AddRange(_programs.Select(Link.Attach));
        }
        catch
        {
            Dispose();
            throw;
        }

        Tags = new TagMap(_maps.Tags.Fd);
    }

    /// <summary>The tags of sockets; disposed with these probes.</summary>
    public TagMap Tags { get; }

    /// <summary>Loads and attaches all programs.</summary>
    /// <exception cref="ArgumentException">The ring's size is no power of two or less than a page.</exception>
    /// <exception cref="ProbeUnavailableException">This machine or process cannot; the message says why and what to do.</exception>
    public static FlowProbes Attach(FlowProbeOptions options)
    {
        int ring = options.RingBufferBytes;
        if (!BitOperations.IsPow2(ring) || ring < Environment.SystemPageSize)
        {
            throw new ArgumentException($"a ring takes a power of two and at least a page of bytes, not {ring}", nameof(options));
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
    public int Drain(FlowEventHandler onFlow, RetransmitEventHandler onRetransmit)
    {
        return _ring.Reader.Drain(record =>
        {
            if (MemoryMarshal.Read<uint>(record) == (uint)EventKind.Retransmit)
            {
                onRetransmit(new RetransmitEvent(in MemoryMarshal.AsRef<retransmit_event>(record)));
            }
            else
            {
                onFlow(new FlowEvent(in MemoryMarshal.AsRef<flow_event>(record), _flags));
            }
        });
    }

    /// <summary>The account of each program.</summary>
    public IReadOnlyList<ProbeLedger> ReadLedgers() =>
        [.. _programs.Select((program, index) => LedgerReader.Read(program, _maps.Ledgers, index))];

    /// <summary>
    /// The connected sockets of the calling thread's network namespace, with what the programs and tags know of them:
    /// flows that no <see cref="FlowEventKind.Closed"/> has reported yet.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public IReadOnlyList<FlowSnapshot> Snapshot()
    {
        DiagReply reply = new(Bpf.MapInfo(_maps.Tags.Fd.Number).id, Bpf.MapInfo(_maps.Flows.Fd.Number).id);
        return SockDiag.Dump([_maps.Tags.Fd.Number, _maps.Flows.Fd.Number], reply.Read);
    }

    /// <summary>Detaches the programs and frees their maps, but for tags that another process holds.</summary>
    public void Dispose()
    {
        foreach (Link link in _links)
        {
            link.Dispose();
        }

        foreach (Program program in _programs)
        {
            program.Dispose();
        }

        _ring?.Dispose();
        _maps.Dispose();
    }
}
