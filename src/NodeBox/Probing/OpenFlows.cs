using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Diag;
using NodeBox.Probes.Native.Tags;
using NodeBox.Probing.Slicing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.V1;

namespace NodeBox.Probing;

/// <summary>
/// The flows that are open, by the kernel's number of their socket: joins what the kernel reports of them with the cuts that processes
/// made, and emits the records. One caller at a time.
/// </summary>
internal sealed class OpenFlows(FlowRecords records, RecordSink sink, bool hasBursts)
{
    // Cuts may name sockets that the kernel never reports. Real ones are far fewer.
    private const int MaxFlows = 1 << 17;

    // A peer's reset ends a flow at once, and the server parses what it had received a little later.
    private const ulong LingerNs = 1_000_000_000;

    // A socket that begins to connect is known before the kernel lists it.
    private const ulong ListedAfterNs = 1_000_000_000;

    private readonly Dictionary<ulong, Flow> _flows = [];
    private readonly Queue<ulong> _ended = [];
    private readonly HashSet<Flow> _crowded = [];
    private long _lost;
    private long _slices;
    private long _cuts;
    private long _refusedCuts;
    private long _lostEnds;

    /// <summary>What there is to see of it.</summary>
    public OpenFlowsCounters Counters => new(
        _flows.Count,
        _flows.Values.Sum(static flow => flow.Waiting),
        _lost + _flows.Values.Sum(static flow => flow.Lost),
        _slices,
        _cuts,
        _refusedCuts,
        _lostEnds);

    /// <summary>A boundary that a process made.</summary>
    /// <param name="cut">The boundary.</param>
    /// <param name="source">Who made it.</param>
    public void Take(in SliceCut cut, object source)
    {
        _cuts++;
        bool isKnown = _flows.TryGetValue(cut.Cookie, out Flow? flow) && (flow.Totals is null || cut.Slice > 0);
        if (!isKnown && _flows.Count >= MaxFlows)
        {
            _refusedCuts++;
            return;
        }

        flow = isKnown ? flow! : Find(cut.Cookie, (ulong)cut.AtMonotonicNs);
        flow.CutSource = source;
        _refusedCuts += flow.Slices.Cut(in cut) ? 0 : 1;
        if (flow.Slices.IsCrowded)
        {
            _crowded.Add(flow);
        }

        flow.Advance(cut.TxOffset, cut.RxOffset);
        flow.DecidePackets(all: false, sink.Packet);
    }

    /// <summary>Says that cuts of <paramref name="source"/> were lost: what its flows do from here on may be several calls'.</summary>
    public void MarkCutsLost(object source)
    {
        foreach (Flow flow in _flows.Values.Where(flow => flow.CutSource == source && flow.Totals is null))
        {
            flow.Slices.MarkCutsLost();
        }
    }

    public void Take(FlowEvent e)
    {
        if (e.Kind is FlowEventKind.Opened or FlowEventKind.Established)
        {
            Begin(e);
        }
        else
        {
            End(e);
        }
    }

    public void Take(RetransmitEvent e)
    {
        if (_flows.TryGetValue(e.Cookie, out Flow? flow) && flow.Id is { } id)
        {
            sink.Retransmit(FlowRecords.Of(e, id, flow.AddRetransmit(e.SequenceBegin, e.Bytes, e.Segments)));
        }
    }

    public void Take(FlowFacts<RttSample> samples)
    {
        if (_flows.TryGetValue(samples.Cookie, out Flow? flow))
        {
            flow.Add(samples.First, samples.Facts);
        }
    }

    public void Take(TrafficDirection direction, FlowFacts<Burst> bursts)
    {
        if (_flows.TryGetValue(bursts.Cookie, out Flow? flow))
        {
            flow.Add(direction, bursts.First, bursts.Facts);
        }
    }

    public void Take(FlowFacts<LateDuplicate> duplicates)
    {
        if (_flows.TryGetValue(duplicates.Cookie, out Flow? flow))
        {
            flow.Add(duplicates.First, duplicates.Facts);
        }
    }

    public void Take(TrafficDirection direction, FlowFacts<Packet> packets)
    {
        if (_flows.TryGetValue(packets.Cookie, out Flow? flow))
        {
            flow.Add(direction, packets.First, packets.Facts, sink.Packet);
        }
    }

    /// <summary>Emits the records of the slices that have ended.</summary>
    public void EmitSlices()
    {
        foreach (Flow flow in _flows.Values)
        {
            if (flow is { Id: { } id, Totals: null })
            {
                flow.Slices.Emit(id, totals: null, Emit);
            }
        }
    }

    /// <summary>Forgets all but the last slices of each flow.</summary>
    /// <param name="takenNs">What the kernel reported before is taken, in ns of CLOCK_MONOTONIC.</param>
    public void ForgetOldSlices(ulong takenNs)
    {
        foreach (Flow flow in _crowded)
        {
            flow.Slices.ForgetOldest(takenNs, flow.Id, Emit);
        }

        _crowded.RemoveWhere(static flow => !flow.Slices.IsCrowded);
    }

    /// <summary>Emits the slices of flows that have ended, once their last cuts must have come, and forgets the flows.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC, in ns.</param>
    public void ForgetEnded(ulong nowNs)
    {
        while (_ended.TryPeek(out ulong cookie))
        {
            if (_flows.TryGetValue(cookie, out Flow? flow) && flow.Totals is { } totals)
            {
                if (flow.Slices.IsCut && totals.AtKtimeNs + LingerNs > nowNs)
                {
                    return;
                }

                Forget(cookie, flow);
            }

            _ended.Dequeue();
        }
    }

    /// <summary>Forgets flows whose end the kernel could not report.</summary>
    /// <param name="open">All sockets that were open a little while ago; everything that happened until then is taken.</param>
    /// <param name="atNs">When that was, in ns of CLOCK_MONOTONIC.</param>
    public void ForgetUnlisted(IReadOnlyList<FlowSnapshot> open, ulong atNs)
    {
        HashSet<ulong> listed = [.. open.Select(static snapshot => snapshot.Cookie)];
        foreach ((ulong cookie, Flow flow) in _flows.ToArray())
        {
            if (flow.Totals is null && !listed.Contains(cookie) && flow.KnownSinceNs + ListedAfterNs < atNs)
            {
                // Where its last slice ended nobody knows: that one has no record.
                Forget(cookie, flow);
                _lostEnds += flow.Id is null ? 0 : 1;
            }
        }
    }

    /// <summary>
    /// Emits everything as it is now, which later records replace, and forgets flows whose end the kernel could not report.
    /// </summary>
    /// <param name="open">All sockets that were open a little while ago; everything that happened until then is taken.</param>
    /// <param name="atNs">When that was, in ns of CLOCK_MONOTONIC.</param>
    /// <returns>How many flows of tasks are open.</returns>
    public int Flush(IReadOnlyList<FlowSnapshot> open, ulong atNs)
    {
        int ofTasks = 0;
        foreach (FlowSnapshot snapshot in open)
        {
            // A flow that has ended meanwhile has its last record.
            if (snapshot.BeginKtimeNs is not { } begin || (_flows.TryGetValue(snapshot.Cookie, out Flow? flow) && flow.Totals is not null))
            {
                continue;
            }

            flow ??= Find(snapshot.Cookie, atNs);
            FlushOne(flow, snapshot, begin, atNs);
            ofTasks += snapshot.Tag.IsEmpty && snapshot.Tag.Flags == SocketTagFlags.None ? 0 : 1;
        }

        foreach (Flow ended in _flows.Values)
        {
            if (ended is { Id: { } id, Totals: { } totals })
            {
                ended.DecidePackets(all: true, sink.Packet);
                Flow view = new(ended);
                view.Slices.GiveAllWaiting();
                view.Slices.Emit(id, totals, Emit);
            }
        }

        ForgetUnlisted(open, atNs);
        return ofTasks;
    }

    private void FlushOne(Flow flow, FlowSnapshot snapshot, ulong beginKtimeNs, ulong atNs)
    {
        string id = flow.Id = records.IdOf(snapshot.Cookie, beginKtimeNs);
        if (snapshot.FirstSendSequence is { } firstSend && snapshot.FirstReceiveSequence is { } firstReceive)
        {
            flow.Establish(firstSend, firstReceive, snapshot.Direction == FlowDirection.Passive);
        }

        flow.ExpectRetransmits(snapshot.RetransmittedDataSegments);
        flow.Add(snapshot.PendingRtts.First, [.. snapshot.PendingRtts.Facts]);
        flow.Add(TrafficDirection.Tx, snapshot.PendingTxPackets.First, [.. snapshot.PendingTxPackets.Facts], sink.Packet);
        flow.Add(TrafficDirection.Rx, snapshot.PendingRxPackets.First, [.. snapshot.PendingRxPackets.Facts], sink.Packet);
        flow.DecidePackets(all: true, sink.Packet);

        // An open burst will come again, and larger.
        Flow view = new(flow);
        view.Add(TrafficDirection.Tx, snapshot.PendingTxBursts.First, [.. snapshot.PendingTxBursts.Facts]);
        view.Add(TrafficDirection.Rx, snapshot.PendingRxBursts.First, [.. snapshot.PendingRxBursts.Facts]);
        view.Slices.GiveAllWaiting();
        FlowTotals totals = new(
            atNs, (long)snapshot.TxBytes, (long)snapshot.RxBytes, snapshot.TxSegments, snapshot.RxSegments, TxSegsExact: true, snapshot.SmoothedRttUs);
        view.Slices.Emit(id, totals, Emit);
        sink.Flow(records.Of(snapshot, beginKtimeNs, view.ShapeRecord(hasBursts)));
    }

    private void Begin(FlowEvent e)
    {
        Flow flow = Find(e.Cookie, e.KtimeNs);
        if (e.BeginKtimeNs is { } begin)
        {
            flow.Id = records.IdOf(e.Cookie, begin);
        }

        Establish(flow, e);
    }

    // The beginning may have been lost, or come before the probes.
    private static void Establish(Flow flow, FlowEvent e)
    {
        if (e.FirstSendSequence is { } firstSend && e.FirstReceiveSequence is { } firstReceive)
        {
            flow.Establish(firstSend, firstReceive, e.Direction == FlowDirection.Passive);
        }
    }

    private void End(FlowEvent e)
    {
        Flow flow = Find(e.Cookie, e.KtimeNs);
        Establish(flow, e);
        flow.Totals = new FlowTotals(
            e.KtimeNs, (long)e.TxBytes, (long)e.RxBytes, e.TxSegments, e.RxSegments, e.TxSegmentsExact, e.SmoothedRttUs);
        if (e.BeginKtimeNs is { } begin)
        {
            flow.ExpectRetransmits(e.RetransmittedDataSegments);
            flow.Id = records.IdOf(e.Cookie, begin);
            sink.Flow(records.Of(e, begin, flow.ShapeRecord(hasBursts)));
        }

        _ended.Enqueue(e.Cookie);
    }

    // A socket can be connected again after its flow has ended.
    private Flow Find(ulong cookie, ulong nowNs)
    {
        if (_flows.TryGetValue(cookie, out Flow? known))
        {
            if (known.Totals is null)
            {
                return known;
            }

            Forget(cookie, known);
        }

        Flow flow = new(hasBursts) { KnownSinceNs = nowNs };
        _flows[cookie] = flow;
        return flow;
    }

    private void Forget(ulong cookie, Flow flow)
    {
        flow.DecidePackets(all: true, sink.Packet);
        flow.Slices.GiveAllWaiting();
        if (flow.Id is { } id)
        {
            flow.Slices.Emit(id, flow.Totals, Emit);
        }

        _lost += flow.Lost;
        _flows.Remove(cookie);
    }

    private void Emit(SliceRecord record)
    {
        _slices++;
        sink.Slice(record);
    }
}
