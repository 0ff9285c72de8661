using System.Globalization;
using NodeBox.Accounting.Tests.Http;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Comparing;

/// <summary>What is compared.</summary>
internal enum Exactness
{
    /// <summary>Bytes, data segments and retransmissions.</summary>
    Full,

    /// <summary>Bytes only: with offload on, a captured packet is not what is on the wire.</summary>
    Bytes,
}

/// <summary>
/// Holds what was recorded against what was captured, end by end and exchange by exchange. The n-th exchange on a connection is slice n of
/// its flow.
/// </summary>
internal sealed class Comparison
{
    private const string Retransmits = "retransmits";

    // What a slice may say that it lacks, and what of that is compared here.
    private static readonly string[] s_compared = ["duplicates", Retransmits, "cuts"];

    private readonly Exactness _exactness;
    private readonly List<string> _differences = [];

    private Comparison(Exactness exactness) => _exactness = exactness;

    /// <summary>Everything that is not equal, in words.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>How many ends of connections were compared.</summary>
    public int Ends { get; private set; }

    /// <summary>How many slices of exchanges were compared.</summary>
    public int Slices { get; private set; }

    /// <summary>How many of these say that their segments are not exact.</summary>
    public int Inexact { get; private set; }

    /// <summary>What those were for, and at which end.</summary>
    public SortedDictionary<string, int> InexactBy { get; } = new(StringComparer.Ordinal);

    /// <summary>How many of these sent a segment again.</summary>
    public int Retransmitting { get; private set; }

    /// <summary>
    /// How many of these lack retransmissions and say so. Some hosts run no tracepoints at all while their own agent has the CPU, and what
    /// the kernel's timers send at that time no program sees, counted or not; the kernel's own count of the flow tells that it happened.
    /// </summary>
    public int Unreported { get; private set; }

    /// <summary>Compares all ends that carried traced requests, and looks for slices of exchanges that nobody captured.</summary>
    public static Comparison Of(IEnumerable<EndTruth> truth, IReadOnlyList<RecordedFlow> recorded, Exactness exactness)
    {
        var comparison = new Comparison(exactness);
        HashSet<RecordedFlow> left = [.. recorded];
        foreach (EndTruth end in truth.Where(static end => end.Slices.Any(static slice => slice.Exchange.TaskId is not null)))
        {
            // The same ports may have served twice: the first connection is the first flow.
            RecordedFlow? flow = left.Where(flow => IsOf(flow, end)).MinBy(static flow => flow.BeginNs);
            if (flow is null)
            {
                comparison._differences.Add($"{end}: no flow");
                continue;
            }

            left.Remove(flow);
            comparison.CompareEnd(end, flow);
        }

        // A connection that its request did not wait for has nothing but its own slice.
        foreach (RecordedFlow flow in left.Where(static flow => flow.Slices.Any(static slice => slice.Number > 0 && slice.TaskId is not null)))
        {
            comparison._differences.Add($"{flow}: has slices of tasks, and no traced request was captured there");
        }

        return comparison;
    }

    /// <summary>Fails the test, with the first differences, where anything is not equal.</summary>
    public void AssertExact(int leastSlices)
    {
        string[] words = [$"{_differences.Count} differences, {this}", .. _differences.Take(40)];
        Assert.True(_differences.Count == 0, string.Join('\n', words));
        Assert.True(Slices >= leastSlices, $"{this}: there should be at least {leastSlices} slices");
    }

    public override string ToString()
    {
        string inexact = string.Create(CultureInfo.InvariantCulture, $"{Inexact} with segs_exact = false ({100.0 * Inexact / Math.Max(Slices, 1):0.00} %)");
        string which = string.Concat(InexactBy.Select(static kind => $", {kind.Value} {kind.Key}"));
        return $"{Ends} ends, {Slices} slices, {Retransmitting} with retransmissions, of which {Unreported} lack some and say so, {inexact}{which}";
    }

    // CONTRACT's default ports, and those of the services that the tests play.
    private static string KindAt(int serverPort) => serverPort switch
    {
        7001 or 7002 => "agent",
        7101 or 7102 => "tool",
        (>= 7201 and <= 7204) or Cases.Case.NextPort => "service",
        8000 or Cases.TlsTests.Port => "llm",
        _ => "other",
    };

    private static bool IsOf(RecordedFlow flow, EndTruth end) =>
        flow.Node == end.Node && flow.IsActive == end.IsClient && flow.Local.Equals(end.Local) && flow.Remote.Equals(end.Remote);

    private void CompareEnd(EndTruth end, RecordedFlow flow)
    {
        Ends++;
        Traffic total = end.Total with { RetransSegs = end.Total.RetransSegs + end.ControlRepeats };
        CompareTraffic($"{end}: flow", total, flow.Traffic, withSegs: true);
        RecordedSlice[] slices = [.. flow.Slices.Where(static slice => slice.Number > 0)];
        string[] expected = [.. end.Slices.Select(static slice => slice.Exchange.SpanId ?? "(untraced)")];
        string[] found = [.. slices.Select(static slice => slice.SpanId ?? "(untraced)")];
        if (!expected.SequenceEqual(found))
        {
            _differences.Add($"{end}: captured exchanges of {string.Join(' ', expected)}, recorded slices of {string.Join(' ', found)}");
            return;
        }

        foreach ((SliceTruth truth, RecordedSlice slice) in end.Slices.Zip(slices))
        {
            CompareSlice($"{end}: slice {slice.Number} ({slice.Kind} {truth.Exchange.Head?.StartLine})", truth, slice, flow);
        }

        CompareConnection(end, flow);
    }

    private void CompareSlice(string where, SliceTruth truth, RecordedSlice slice, RecordedFlow flow)
    {
        Exchange exchange = truth.Exchange;
        Traffic traffic = Reported(truth.Traffic, slice);
        Slices++;
        if (!slice.SegsExact)
        {
            string kind = $"{slice.Kind} at the {(flow.IsActive ? "client" : "server")}";
            InexactBy[kind] = InexactBy.GetValueOrDefault(kind) + 1;
            Inexact++;
        }

        Retransmitting += truth.Traffic.RetransSegs > 0 ? 1 : 0;
        Expect($"{where}: number", exchange.Index + 1, slice.Number);
        Expect($"{where}: task", exchange.TaskId, slice.TaskId);
        Expect($"{where}: kind", KindAt(flow.IsActive ? flow.Remote.Port : flow.Local.Port), slice.Kind);
        Expect($"{where}: shared", false, slice.Shared);
        string[] missing = [.. slice.Missing.Split(',').Intersect(s_compared)];
        Expect($"{where}: missing", "", string.Join(',', LacksRetransmissions(flow) ? missing.Except([Retransmits]) : missing));
        CompareTraffic(where, traffic, slice.Traffic, slice.SegsExact);
        if (_exactness == Exactness.Full)
        {
            Expect($"{where}: segs in retransmits", traffic.RetransSegs, flow.Retransmits.GetValueOrDefault(slice.Number));
        }
    }

    // The flow's own figure is the kernel's, and compared with the capture.
    private static bool LacksRetransmissions(RecordedFlow flow) =>
        flow.Slices.Sum(static slice => slice.Traffic.RetransBytes) < flow.Traffic.RetransBytes;

    // What a slice that says so may lack is not compared.
    private Traffic Reported(Traffic truth, RecordedSlice slice)
    {
        Traffic found = slice.Traffic;
        bool isLess = found.RetransSegs <= truth.RetransSegs && found.RetransBytes < truth.RetransBytes;
        if (!isLess || !slice.Missing.Split(',').Contains(Retransmits))
        {
            return truth;
        }

        Unreported++;
        return truth with { RetransSegs = found.RetransSegs, RetransBytes = found.RetransBytes };
    }

    private void CompareConnection(EndTruth end, RecordedFlow flow)
    {
        if (flow.Slices.Count(static slice => slice.Number == 0) != 1)
        {
            _differences.Add($"{end}: {flow.Slices.Count(static slice => slice.Number == 0)} slices of the connection itself, not 1");
            return;
        }

        RecordedSlice own = flow.Slices.First(static slice => slice.Number == 0);
        Expect($"{end}: kind of slice 0", "connection", own.Kind);
        Expect($"{end}: slice 0 has a task", end.IsClient, own.TaskId is not null);
        CompareTraffic($"{end}: slice 0", end.Rest, own.Traffic, own.SegsExact);
    }

    // A flow's retransmissions are the kernel's own count.
    private void CompareTraffic(string where, Traffic truth, Traffic recorded, bool withSegs)
    {
        Expect($"{where}: tx_bytes", truth.TxBytes, recorded.TxBytes);
        Expect($"{where}: rx_bytes", truth.RxBytes, recorded.RxBytes);
        if (_exactness == Exactness.Bytes)
        {
            return;
        }

        Expect($"{where}: retrans_segs", truth.RetransSegs, recorded.RetransSegs);
        Expect($"{where}: retrans_bytes", truth.RetransBytes, recorded.RetransBytes);
        if (withSegs)
        {
            Expect($"{where}: tx_segs", truth.TxSegs, recorded.TxSegs);
            Expect($"{where}: rx_segs", truth.RxSegs, recorded.RxSegs);
        }
    }

    private void Expect<T>(string what, T captured, T recorded)
    {
        if (!EqualityComparer<T>.Default.Equals(captured, recorded))
        {
            _differences.Add($"{what}: captured {captured}, recorded {recorded}");
        }
    }
}
