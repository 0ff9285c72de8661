using System.Diagnostics;
using NodeBox.Llama.Models;

namespace NodeBox.Benchmarks.Llm;

/// <summary>
/// The llm role side by side with node-llama-cpp on the same native library. In each round both answer the same requests at every level, one
/// server after the other in an order by chance, and are compared within the round, so that what else the machine does is in both.
/// </summary>
internal static class LlmBenchmark
{
    public static async Task<int> RunAsync(LlmOptions options, CancellationToken stop)
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-bench-").FullName;
        try
        {
            LlmResult result = await MeasureAsync(options, folder, stop);
            LlmTable.Save(result);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<LlmResult> MeasureAsync(LlmOptions options, string folder, CancellationToken stop)
    {
        Progress("making the models");
        string small = Path.Combine(folder, "testbed.gguf");
        string large = Path.Combine(folder, "180m.gguf");
        ModelMaker.Make(1, small);
        ModelMaker.Make(1, large, ModelSize.Of180M);
        using Server peer = PeerServer.Start(large, options, out string version);
        (HttpCost http, Growth growth) = await MeasureSmallAsync(small, folder, options, stop);
        using Server node = NodeServer.Start(Path.Combine(folder, "large"), large, $"""
            threads = {options.Threads}
            slots = {options.Slots}
            context = {options.Context}
            cached_prompts = 0
            embedding_tokens = 0
            """);
        Dictionary<int, LevelFigures> levels = options.Levels.ToDictionary(static clients => clients, static _ => new LevelFigures());
        int rounds = await MeasureRoundsAsync(node, peer, levels, options, stop);
        return new LlmResult
        {
            Machine = Machine.Describe(),
            Peer = version,
            Rounds = rounds,
            Threads = options.Threads,
            Levels = [.. levels.Select(static level => level.Value.Compare(level.Key))],
            NodeMb = node.ResidentMb,
            PeerMb = peer.ResidentMb,
            Http = http,
            Growth = growth,
        };
    }

    private static async Task<(HttpCost Http, Growth Growth)> MeasureSmallAsync(string model, string folder, LlmOptions options, CancellationToken stop)
    {
        using Server server = NodeServer.Start(Path.Combine(folder, "small"), model, $"""
            context = {options.Context}
            cached_prompts = 0
            """);
        Progress("what HTTP adds");
        HttpCost http = await HttpCost.MeasureAsync(server, model, options, stop);
        Progress("growth");
        return (http, await Growth.MeasureAsync(server, options, stop));
    }

    private static async Task<int> MeasureRoundsAsync(
        Server node, Server peer, Dictionary<int, LevelFigures> levels, LlmOptions options, CancellationToken stop)
    {
        Random random = new(1);
        Server[] order = [node, peer];
        foreach (Server server in order)
        {
            Progress($"warming {server.Name} up");
            await LevelRun.MeasureAsync(server, Ask.Draw(new Random(0), options.Slots, options), options.Slots, stop);
        }

        long begin = Stopwatch.GetTimestamp();
        int rounds = 0;
        while (rounds < options.Rounds && Stopwatch.GetElapsedTime(begin) < options.RoundsTime)
        {
            rounds++;
            foreach ((int clients, LevelFigures figures) in levels)
            {
                Ask[] asks = Ask.Draw(random, clients * options.RequestsPerClient, options);
                Dictionary<Server, LevelRun> runs = [];
                random.Shuffle(order);
                foreach (Server server in order)
                {
                    Progress($"round {rounds} of {options.Rounds}, {clients} at a time: {server.Name}");
                    runs[server] = await LevelRun.MeasureAsync(server, asks, clients, stop);
                }

                figures.Add(runs[node], runs[peer]);
            }
        }

        return rounds;
    }

    private static void Progress(string text) => Console.Error.WriteLine($"bench: {text}");
}
