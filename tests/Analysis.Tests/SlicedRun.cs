using System.Text.Json.Nodes;

namespace NodeBox.Analysis.Tests;

/// <summary>A run as a lab makes it: tasks that share connections, every figure measured, with seeded noise.</summary>
internal static class SlicedRun
{
    private const int TasksOfEach = 12;
    private const int Connections = 4;
    private static readonly long[] s_microseconds = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000];
    private static readonly long[] s_bytes = [64, 128, 256, 512, 1024, 1448, 8948, uint.MaxValue];
    private static readonly long[] s_segments = [1, 2, 4, 8, 16, 32];

    private static readonly (string Name, double Milliseconds, string[] Calls)[] s_scenarios =
    [
        ("baseline", 9, ["service", "service", "service", "service"]),
        ("agentic-simple", 420, ["llm", "tool", "llm"]),
        ("agentic-multihop", 1300, ["llm", "agent", "llm", "tool", "llm", "service", "llm"]),
    ];

    public static RunFolderBuilder Make()
    {
        RunFolderBuilder builder = new();
        builder.Manifest["connections"] = "pooled";
        builder.Manifest["scenarios"] = new JsonArray([.. s_scenarios.Select(scenario => new JsonObject { ["name"] = scenario.Name })]);
        Random random = new(42);
        long port = 30_000;
        foreach ((string name, double milliseconds, string[] calls) in s_scenarios)
        {
            Pool pool = new(builder, random, port);
            for (int i = 0; i < TasksOfEach; i++)
            {
                string task = $"{name}-{i}";
                double noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
                builder.Task(task, name, milliseconds * Math.Exp(noise / 2)).ToolCall(task, $"{task}-1");
                for (int call = 0; call < calls.Length; call++)
                {
                    pool.Call(task, $"{task}-{call}", calls[call], i);
                }
            }

            pool.Close();
            port += Connections;
        }

        return builder;
    }

    /// <summary>Connections that the tasks of one scenario take turns on.</summary>
    private sealed class Pool(RunFolderBuilder builder, Random random, long port)
    {
        private readonly long[] _slices = new long[Connections];
        private readonly long[] _up = new long[Connections];
        private readonly long[] _down = new long[Connections];

        public void Call(string task, string span, string kind, int turn)
        {
            int at = turn % Connections;
            if (_slices[at] == 0)
            {
                builder.Slice("n1", port + at, 0, task, span, "connection", 0, 0, "tx_segs = 0, rx_segs = 0");
            }

            bool streams = kind is "llm" or "agent";
            long up = 400 + random.Next(400);
            long down = streams ? 12_000 + random.Next(9000) : 700 + random.Next(900);
            long segs = streams ? 30 + random.Next(20) : 1;
            long slice = ++_slices[at];
            _up[at] += up;
            _down[at] += down;
            builder.Exchange(
                port + at, slice, task, span, kind, up, down,
                client: $"ttfb_us = {(streams ? 40_000 : 300) + random.Next(9000)}, longest_silence_us = {random.Next(9000)}, "
                    + $"srtt_us = {150 + random.Next(90)}, min_rtt_us = {40 + random.Next(30)}, "
                    + $"rtt_us = {Spread("us", s_microseconds, 1)}, rx_segs = {segs}, "
                    + $"tx_bursts = 1, rx_bursts = {segs / 2}, {Shape("tx", 1)}, {Shape("rx", segs)}",
                server: $"tx_segs = {segs}, rtt_us = {Spread("us", s_microseconds, segs)}, "
                    + $"retrans_segs = {slice % 2}, retrans_bytes = {slice % 2 * 90}");
            if (slice % 2 == 1)
            {
                builder.Row("retransmits", "run", $"n2-{port + at}", slice, 1_500L, 51L, 141L, 90L, 1L, "ESTABLISHED");
            }

            AddPackets(port + at, slice, up, down, segs);
        }

        public void Close()
        {
            for (int at = 0; at < Connections; at++)
            {
                builder.End(null, port + at, active: true, _up[at], _down[at], retrans: 0)
                    .End(null, port + at, active: false, _down[at], _up[at], retrans: 1)
                    .ChangeFlow("n1", port + at, $"handshake_rtt_us = {60 + at}");
            }
        }

        private void AddPackets(long from, long slice, long up, long down, long segs)
        {
            long begin = slice * 50_000_000;
            builder.Row("packets", "run", $"n1-{from}", slice, "n1", begin, "tx", 0L, up, 1L);
            for (int i = 1; i <= segs; i++)
            {
                long at = begin + (i * 1_000_000L) + random.Next(500_000);
                builder.Row("packets", "run", $"n1-{from}", slice, "n1", at, "rx", 0L, down / segs, 1L);
            }
        }

        private string Shape(string way, long segs)
        {
            long bursts = (segs / 2) + 1;
            return $"{way}_seg_bytes = {Spread("bytes", s_bytes, segs)}, {way}_burst_bytes = {Spread("bytes", s_bytes, bursts)}, "
                + $"{way}_burst_segs = {Spread("segs", s_segments, bursts)}, "
                + $"{way}_burst_us = {Spread("us", [0, .. s_microseconds], bursts)}, "
                + $"{way}_gap_us = {Spread("us", s_microseconds, bursts)}";
        }

        // Buckets without values are left out, as the probes leave them out.
        private string Spread(string unit, long[] bounds, long values)
        {
            long[] counts = new long[bounds.Length];
            for (int i = 0; i < values; i++)
            {
                counts[Math.Min(random.Next(bounds.Length), random.Next(bounds.Length))]++;
            }

            return RunFolderBuilder.Histogram(unit, [.. bounds.Zip(counts).Where(bucket => bucket.Second > 0)]);
        }
    }
}
