using System.Diagnostics;
using NodeBox.Probes.Native;
using NodeBox.Probing.Slicing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing.Slicing;

/// <summary>One exchange of a model: what each direction carries, in bursts, and what is lost.</summary>
internal sealed record ModelExchange(uint[] TxBursts, uint[] RxBursts, int Rtts, int LateDuplicates, int Retransmits)
{
    public long TxBytes => TxBursts.Sum(static bytes => (long)bytes);

    public long RxBytes => RxBursts.Sum(static bytes => (long)bytes);

    public int Duplicates => RxBytes > 0 ? LateDuplicates : 0;

    public int Retransmitted => TxBytes > 0 ? Retransmits : 0;

    public int Acknowledged => TxBytes > 0 ? Rtts : 0;
}

/// <summary>
/// A connection whose slices are known, as streams of cuts and facts. Within a stream the order is the kernel's; between streams only the
/// causal order holds: a cut comes before the facts of what is sent behind it and, at the end that connects, of what is received behind it.
/// </summary>
internal sealed class ModelFlow
{
    private const uint FirstSend = uint.MaxValue - 1000;
    private const uint FirstReceive = 77;
    private const int Segment = 1000;

    private readonly IReadOnlyList<ModelExchange> _exchanges;
    private readonly bool _isPassive;
    private readonly Queue<(int AfterCut, Action<Flow> Do)>[] _streams = [.. Enumerable.Range(0, 6).Select(static _ => new Queue<(int, Action<Flow>)>())];
    private readonly Dictionary<uint, SliceRecord> _records = [];
    private ulong _clock = 1;

    public ModelFlow(IReadOnlyList<ModelExchange> exchanges, bool isPassive)
    {
        _exchanges = exchanges;
        _isPassive = isPassive;
        Script();
    }

    public FlowTotals Totals { get; private set; }

    /// <summary>The slices' last records, by number, once the flow has ended.</summary>
    /// <param name="choices">Which stream goes on next, at each step; and where a flush falls.</param>
    public IReadOnlyDictionary<uint, SliceRecord> Play(IReadOnlyList<int> choices)
    {
        var flow = new Flow(hasBursts: true) { Id = "f" };
        flow.Establish(FirstSend, FirstReceive, _isPassive);
        int cuts = 0;
        for (int step = 0; _streams.Any(static stream => stream.Count > 0); step++)
        {
            int choice = choices.Count == 0 ? 0 : choices[step % choices.Count];
            Queue<(int AfterCut, Action<Flow> Do)>[] ready = [.. _streams.Where(stream => stream.TryPeek(out var next) && next.AfterCut <= cuts)];
            Queue<(int AfterCut, Action<Flow> Do)> stream = ready[choice % ready.Length];
            stream.Dequeue().Do(flow);
            cuts += stream == _streams[0] ? 1 : 0;
            if (choice % 7 == 3)
            {
                Flush(flow, choice % 11);
            }
        }

        flow.Slices.GiveAllWaiting();
        flow.Slices.Emit("f", Totals, Keep);
        return _records;
    }

    /// <summary>What the slice of an exchange must say.</summary>
    public void AssertExpected(IReadOnlyDictionary<uint, SliceRecord> records)
    {
        Assert.Equal(_exchanges.Count, records.Count);
        for (int i = 0; i < _exchanges.Count; i++)
        {
            ModelExchange exchange = _exchanges[i];
            SliceRecord record = records[(uint)i];
            Assert.Equal((exchange.TxBytes, exchange.RxBytes), ((long)record.TxBytes, (long)record.RxBytes));
            Assert.Equal((Segs(exchange.TxBursts), Segs(exchange.RxBursts) + exchange.Duplicates), ((long)record.TxSegs, (long)record.RxSegs));
            Assert.Equal((exchange.TxBursts.Length, exchange.RxBursts.Length), ((int)record.Shape.TxBursts.Count, (int)record.Shape.RxBursts.Count));
            Assert.Equal(exchange.Acknowledged, record.Shape.RttUs.Sum(static bucket => (int)bucket.Count));
            Assert.Equal((exchange.Retransmitted, exchange.Retransmitted * 10), ((int)record.RetransSegs, (int)record.RetransBytes));
            Assert.Equal((true, false), (record.SegsExact, record.Shared));
            Assert.Empty(record.Shape.Missing);
        }
    }

    private static long Segs(IEnumerable<uint> bursts) => bursts.Sum(static bytes => SegsOf(bytes));

    private static long SegsOf(uint bytes) => (bytes + Segment - 1) / Segment;

    private void Script()
    {
        long tx = 0;
        long rx = 0;
        long txSegs = 0;
        long rxSegs = 0;
        uint rtts = 0;
        uint duplicates = 0;
        (uint Tx, uint Rx) bursts = default;
        for (int i = 0; i < _exchanges.Count; i++)
        {
            ModelExchange exchange = _exchanges[i];
            AddCut(i, tx, rx, txSegs, rxSegs);

            // What was lost of the exchange before arrives again now, after this boundary.
            if (i > 0)
            {
                AddDuplicates(i, rx - _exchanges[i - 1].RxBytes, ref rxSegs, ref duplicates);
            }

            long begin = tx;
            foreach (uint bytes in exchange.TxBursts)
            {
                AddBurst(TrafficDirection.Tx, i, bursts.Tx++, FirstSend, tx, bytes);
                tx += bytes;
            }

            for (int sample = 0; sample < exchange.Acknowledged; sample++)
            {
                AddRtt(i, rtts++, tx);
            }

            for (int retransmit = 0; retransmit < exchange.Retransmitted; retransmit++)
            {
                uint slice = (uint)i;
                _streams[5].Enqueue((i + 1, flow => Assert.Equal(slice, flow.AddRetransmit((uint)(FirstSend + begin), 10, 1))));
            }

            foreach (uint bytes in exchange.RxBursts)
            {
                AddBurst(TrafficDirection.Rx, i, bursts.Rx++, FirstReceive, rx, bytes);
                rx += bytes;
            }

            txSegs += Segs(exchange.TxBursts);
            rxSegs += Segs(exchange.RxBursts);
        }

        AddDuplicates(_exchanges.Count, rx - _exchanges[^1].RxBytes, ref rxSegs, ref duplicates);
        Totals = new FlowTotals(_clock++, tx, rx, txSegs, rxSegs);
    }

    private void AddCut(int slice, long tx, long rx, long txSegs, long rxSegs)
    {
        var tag = new Tag(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a");
        var cut = new SliceCut(
            7, (uint)slice, tag, slice == 0 ? SliceKind.Connection : SliceKind.Llm, (long)_clock++, tx, rx, (uint)txSegs, (uint)rxSegs);
        _streams[0].Enqueue((0, flow => Take(flow, in cut)));
    }

    private void Take(Flow flow, in SliceCut cut)
    {
        Assert.True(flow.Slices.Cut(in cut));
        flow.Slices.ForgetOldest(ulong.MaxValue, "f", Keep);
        flow.Advance(cut.TxOffset, cut.RxOffset);
    }

    private void AddBurst(TrafficDirection direction, int slice, uint ordinal, uint first, long offset, uint bytes)
    {
        Burst burst = new()
        {
            BeginKtimeNs = _clock++,
            EndKtimeNs = _clock++,
            Sequence = (uint)(first + offset),
            Bytes = bytes,
            Segments = (uint)SegsOf(bytes),
        };
        bool isTx = direction == TrafficDirection.Tx;
        int afterCut = isTx || !_isPassive ? slice + 1 : 0;
        _streams[isTx ? 1 : 2].Enqueue((afterCut, flow => flow.Add(direction, ordinal, [burst])));
    }

    private void AddRtt(int slice, uint ordinal, long acknowledged)
    {
        RttSample sample = new((uint)(FirstSend + acknowledged), 100 + ordinal);
        _streams[3].Enqueue((slice + 1, flow => flow.Add(ordinal, [sample])));
    }

    private void AddDuplicates(int slice, long offset, ref long rxSegs, ref uint ordinal)
    {
        for (int i = 0; i < _exchanges[slice - 1].Duplicates; i++)
        {
            uint number = ordinal++;
            LateDuplicate duplicate = new(_clock++, (uint)(FirstReceive + offset), 10, 1, (uint)++rxSegs);
            _streams[4].Enqueue((_isPassive ? 0 : slice, flow => flow.Add(number, [duplicate])));
        }
    }

    // A snapshot is taken before the cuts and facts that are read with it: they may be far ahead of it.
    private void Flush(Flow flow, int tenths)
    {
        var view = new Flow(flow);
        view.Slices.GiveAllWaiting();
        var snapshot = new FlowTotals(
            Totals.AtKtimeNs, Totals.TxBytes * tenths / 10, Totals.RxBytes * tenths / 10, Totals.TxSegs * tenths / 10, Totals.RxSegs * tenths / 10);
        view.Slices.Emit("f", snapshot, Keep);
    }

    private void Keep(SliceRecord record) => _records[record.Slice] = record;
}
