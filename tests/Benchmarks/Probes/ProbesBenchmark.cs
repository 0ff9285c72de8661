using System.Globalization;
using NodeBox.Analysis.Statistics;

namespace NodeBox.Benchmarks.Probes;

/// <summary>
/// What the probes cost. Rounds come first: in each, every watch in a new order runs the same loads, and its figures are compared within
/// the round, so that what else the machine does in these seconds is in all of them. Figures that are no ratios follow.
/// </summary>
internal static class ProbesBenchmark
{
    private const int ClockedRounds = 5;

    // The loads lose nothing, so that a retransmission is another namespace's, and rare: its cold run says nothing.
    private const ulong RunsThatCount = 1000;

    public static int Run(ProbesOptions options, CancellationToken stop)
    {
        if (Environment.ProcessorCount < 2)
        {
            throw new InvalidOperationException("the loads and the readers need a CPU each, and this machine has one");
        }

        using BenchNamespace place = new();
        Loads loads = new(place, options);
        LoadFigures figures = new();
        List<double> attach = [];
        Watch[] order = Enum.GetValues<Watch>();
        Random random = new(1);
        for (int round = 1; round <= options.Rounds; round++)
        {
            random.Shuffle(order);
            foreach (Watch watch in order)
            {
                stop.ThrowIfCancellationRequested();
                ProgramClock.CheckOff();
                Progress($"round {round} of {options.Rounds}: {watch}");
                using Watcher watcher = new(watch, place, options);
                int connectionsBefore = loads.Connections;
                figures.Measure(watch, watcher, loads);
                WatcherReport? report = watcher.Stop();
                CheckSeen(watch, report, 2 * (loads.Connections - connectionsBefore));
                attach.AddRange(report is { AttachMs: > 0 } ? [report.AttachMs] : []);
            }
        }

        Progress("time of program runs");
        IReadOnlyList<ProgramTime> programs = TimePrograms(place, loads, options);
        Progress("a node");
        NodeCost node = NodeCost.Measure(place, options);
        Progress("one cut");
        string cutNs = Command.Run("ip", place.Inside("taskset", "-c", Text(options.LoadCpu), Environment.ProcessPath!, "cut"));
        ProbesResult result = new()
        {
            Machine = Machine.Describe(),
            Rounds = options.Rounds,
            RequestsPerSecond = options.RequestsPerSecond,
            Comparisons = [.. Enum.GetValues<Watch>().Select(watch => figures.Compare(watch))],
            Programs = programs,
            AttachMs = new Sample(attach).Quantile(0.5),
            CutNs = double.Parse(cutNs, CultureInfo.InvariantCulture),
            Node = node,
        };
        Results.Save(result);
        return 0;
    }

    private static List<ProgramTime> TimePrograms(BenchNamespace place, Loads loads, ProbesOptions options)
    {
        using ProgramClock clock = new();
        List<ProgramRuns> all = [];
        for (int round = 0; round < ClockedRounds; round++)
        {
            using Watcher watcher = new(Watch.Bursts, place, options);
            loads.PingPong(watcher.Pid);
            loads.Connect(watcher.Pid);
            all.AddRange(watcher.Stop()!.Programs);
        }

        return
        [
            .. all.Where(program => program.Runs > RunsThatCount).GroupBy(program => program.Tracepoint)
                .Select(rounds => new ProgramTime(rounds.Key, MedianRun(rounds))),
        ];
    }

    private static double MedianRun(IEnumerable<ProgramRuns> rounds) =>
        new Sample(rounds.Select(program => (double)program.Nanoseconds / program.Runs)).Quantile(0.5);

    // A watcher that attached too late, or to something else, would look cheap.
    private static void CheckSeen(Watch watch, WatcherReport? report, int ends)
    {
        if (report is not null && (report.Closed < ends || report.Dropped > 0))
        {
            throw new InvalidOperationException($"{watch} reported {report.Closed} of {ends} ends closed and dropped {report.Dropped} records: its cost means nothing");
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Progress(string text) => Console.Error.WriteLine($"bench: {text}");
}
