using System.Diagnostics;
using NodeBox.Llama;
using NodeBox.Llama.Inference;

namespace NodeBox.Benchmarks.Devices;

/// <summary>Tokens that a device generates in a second, for all requests together.</summary>
internal static class Speed
{
    /// <summary>Measures each level once, after a request that warms up.</summary>
    public static async Task<double[]> MeasureAsync(LlamaLibrary library, EngineOptions options, DeviceOptions check, CancellationToken stop)
    {
        using Engine engine = Engine.Start(library, options with { Slots = check.Levels.Max(), Context = 2 * check.GeneratedTokens, CachedPrompts = 0 });
        await GenerateAsync(engine, 0, check.GeneratedTokens, stop);
        List<double> speeds = [];
        foreach (int level in check.Levels)
        {
            long begin = Stopwatch.GetTimestamp();
            int[] tokens = await Task.WhenAll(Enumerable.Range(0, level).Select(i => GenerateAsync(engine, i, check.GeneratedTokens, stop)));
            speeds.Add(tokens.Sum() / Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return [.. speeds];
    }

    private static async Task<int> GenerateAsync(Engine engine, int first, int count, CancellationToken stop)
    {
        GenerationRequest request = new()
        {
            Prompt = [.. Enumerable.Range(300 + first, 16)],
            MaxTokens = count,
            IgnoreEnd = true,
            Sampling = new Sampling(Temperature: 0),
        };
        int tokens = 0;
        await foreach (GeneratedToken _ in engine.Submit(request, stop).ReadAllAsync(stop))
        {
            tokens++;
        }

        return tokens;
    }
}
