using System.Globalization;
using NodeBox.Llama;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;

namespace NodeBox.Benchmarks.Devices;

/// <summary>
/// Loads a model of 180 million random parameters on a GPU and on the processor, compares what they compute, and how fast they generate.
/// Without a GPU it fails, unless only the processor's half is asked for: there llama.cpp's fused attention kernel is
/// compared with the plain one, which add up in another order and precision.
/// </summary>
internal static class DeviceCheck
{
    private const int Differs = 1;
    private const int NoGpu = 3;

    public static async Task<int> RunAsync(DeviceOptions check, CancellationToken stop)
    {
        LlamaLibrary library = LlamaLibrary.Load(check.Libraries);
        DeviceFindings found = library.FindDevices(thorough: true);
        if (!check.ProcessorOnly && found.Gpus.Count == 0)
        {
            Console.Error.WriteLine($"NO GPU FOUND: nothing was checked. {found.WhyNoGpu}.");
            return NoGpu;
        }

        string folder = Directory.CreateTempSubdirectory("nodebox-devices-").FullName;
        try
        {
            string model = Path.Combine(folder, "180m.gguf");
            ModelMaker.Make(1, model, ModelSize.Of180M);
            EngineOptions processor = new(model)
            {
                Device = DeviceKind.Cpu,
                Threads = Math.Max(1, Environment.ProcessorCount - 1),
                FlashAttention = false,
            };
            EngineOptions tested = check.ProcessorOnly ? processor with { FlashAttention = true } : processor with { Device = DeviceKind.Cuda };
            bool same = Compare(library, processor, tested, check);
            await MeasureAsync(library, processor, tested, check, stop);
            return same ? 0 : Differs;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool Compare(LlamaLibrary library, EngineOptions processor, EngineOptions tested, DeviceOptions check)
    {
        Random random = new(1);
        int[] prompt = [.. Enumerable.Range(0, check.PromptTokens).Select(_ => random.Next(300, 1000))];
        int[][] singles = [.. Enumerable.Range(0, check.SingleTokens).Select(_ => (int[])[random.Next(300, 1000)])];

        Console.WriteLine($"reference: {library.Choose(processor).Description}");
        float[][] reference = Logits.Compute(library, processor, [prompt, .. singles]);
        Console.WriteLine($"tested: {library.Choose(tested).Description}{(check.ProcessorOnly ? "; with the fused attention kernel" : "")}");
        float[][] other = Logits.Compute(library, tested, [prompt, .. singles]);

        var difference = LogitsDifference.Between(reference, other);
        Console.WriteLine($"logits of {reference.Length} tokens: {difference}: {(difference.IsTolerable ? "the same" : "THEY DIFFER")}");
        return difference.IsTolerable;
    }

    private static async Task MeasureAsync(
        LlamaLibrary library, EngineOptions processor, EngineOptions tested, DeviceOptions check, CancellationToken stop)
    {
        EngineOptions[] devices = check.ProcessorOnly ? [processor] : [processor, tested];
        foreach (EngineOptions options in devices)
        {
            double[] speeds = await Speed.MeasureAsync(library, options with { FlashAttention = null }, check, stop);
            string figures = string.Join(", ", check.Levels.Zip(speeds, static (level, speed) =>
                string.Create(CultureInfo.InvariantCulture, $"{speed:0} with {level}")));
            Console.WriteLine($"tokens/s on {(options.Device == DeviceKind.Cpu ? "the processor" : "the GPU")}, by requests at a time: {figures}");
        }
    }
}
