using System.Diagnostics;
using System.Text.Json;
using NodeBox.Probes.Native;

namespace NodeBox.Benchmarks.Probes;

/// <summary>The process that has nodebox's probes attached: drains them as a node does, until SIGTERM.</summary>
internal static class ProbeReader
{
    private static readonly TimeSpan s_drainEvery = TimeSpan.FromMilliseconds(20);

    public static int Run(Watch watch, CancellationToken stop)
    {
        long begin = Stopwatch.GetTimestamp();
        using FlowProbes probes = FlowProbes.Attach(new FlowProbeOptions { Bursts = watch is Watch.Bursts });
        double attachMs = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        Console.WriteLine("ready");
        int closed = 0;
        FlowHandlers handlers = new()
        {
            Flow = e => closed += e.Kind == FlowEventKind.Closed ? 1 : 0,
            Retransmit = _ => { },
            Rtt = _ => { },
            Bursts = (_, _) => { },
            Duplicates = _ => { },
            Packets = (_, _) => { },
        };
        while (!stop.WaitHandle.WaitOne(s_drainEvery))
        {
            probes.Drain(handlers);
        }

        probes.Drain(handlers);
        WatcherReport report = new(closed)
        {
            AttachMs = attachMs,
            Dropped = probes.ReadLedgers().Aggregate(0ul, (sum, ledger) => sum + ledger.Dropped),
            Programs = ProgramClock.ReadOwn(),
        };
        Console.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.WatcherReport));
        return 0;
    }
}
