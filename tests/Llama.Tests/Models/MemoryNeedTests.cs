using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Tests.Models;

/// <summary>What is foretold, beside what llama.cpp says that it takes. Runs alone, because llama.cpp has one log for all.</summary>
[CollectionDefinition(nameof(MemoryNeedTests), DisableParallelization = true)]
[Collection(nameof(MemoryNeedTests))]
public sealed unsafe partial class MemoryNeedTests(TestModel random)
{
    private const double Mebibyte = 1 << 20;

    private static readonly List<string> s_log = [];

    [Theory]
    [InlineData(1, 256, 0, false)]
    [InlineData(1, 256, 0, true)]
    [InlineData(1, 1000, 0, false)]
    [InlineData(1, 1000, 0, true)]
    [InlineData(4, 2048, 512, false)]
    [InlineData(4, 2048, 512, true)]
    [InlineData(4, 8192, 2048, false)]
    [InlineData(4, 8192, 2048, true)]
    [InlineData(16, 512, 0, false)]
    [InlineData(16, 512, 0, true)]
    public void Is_what_the_engine_takes(int slots, int context, int embeddingTokens, bool isFused)
    {
        foreach (string model in (string[])[Path.Combine(AppContext.BaseDirectory, "testbed.gguf"), random.Path])
        {
            MemoryNeed need = MemoryNeed.Of(ModelFacts.Read(model), slots, context, embeddingTokens, isFused);

            var options = new EngineOptions(model)
            {
                Slots = slots,
                Context = context,
                EmbeddingTokens = embeddingTokens,
                FlashAttention = isFused,
            };
            List<string> log = LogOf(() => TestModel.Start(options).Dispose());

            double[] kv = Sizes(log, "KV buffer size");
            double[] compute = Sizes(log, "sched_reserve", "compute buffer size");
            Assert.Equal(kv[0], need.KvCache / Mebibyte, 0.01);
            Assert.InRange(need.Compute / Mebibyte / compute[0], 0.9, 1.2);
            Assert.Equal(embeddingTokens > 0 ? 2 : 1, kv.Length);
            double embeddings = kv.Skip(1).Sum() + compute.Skip(1).Sum();
            Assert.InRange(need.Embeddings / Mebibyte, 0.9 * embeddings, 1.6 * embeddings);
        }
    }

    private static double[] Sizes(List<string> log, params string[] marks) =>
    [
        .. log.Where(line => Array.TrueForAll(marks, line.Contains))
            .Select(line => double.Parse(Size().Match(line).Groups[1].Value, CultureInfo.InvariantCulture)),
    ];

    private static List<string> LogOf(Action action)
    {
        s_log.Clear();
        LlamaApi.llama_log_set(&Write, null);
        try
        {
            action();
        }
        finally
        {
            LlamaLog.Capture();
        }

        return [.. s_log];
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* text, void* userData) => s_log.Add(Marshal.PtrToStringUTF8((nint)text)!);

    [GeneratedRegex(@"size = +([0-9.]+) MiB")]
    private static partial Regex Size();
}
