using System.Globalization;
using Microsoft.Extensions.Logging;
using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Llm;

/// <summary>Starts what serves a model, after what can be known beforehand was checked.</summary>
internal static class EngineStart
{
    /// <exception cref="ModelException">The model file, the context, the device, the processors or the memory cannot be used.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static async Task<IInferenceEngine> RunAsync(ModelSettings settings, EngineProgram program, ILogger log)
    {
        if (settings.Engine == ModelSettings.Timed)
        {
            return TimedEngine.Start(settings);
        }

        CheckProcessors(settings);
        CheckMemory(settings);
        EngineOptions options = settings.Options;
        var limits = new ProcessLimits { HangTimeout = settings.HangTimeout, Cpus = settings.Cpus, Memory = settings.MemoryLimit };
        return await ModelProcess.StartAsync(
            settings.Name, options with { EmbeddingTokens = Math.Min(options.EmbeddingTokens, options.Context) }, limits, program, log);
    }

    private static void CheckProcessors(ModelSettings settings)
    {
        if (settings.Cpus?.WhyUnusable() is { } why)
        {
            throw new ModelException($"cpus = \"{settings.Cpus}\" of the model {settings.Name} cannot be: {why}.");
        }
    }

    /// <summary>Weights and KV cache are in use as soon as requests fill the slots.</summary>
    private static void CheckMemory(ModelSettings settings)
    {
        EngineOptions options = settings.Options;
        if (settings.MemoryLimit == 0)
        {
            return;
        }

        ModelFacts facts = ModelFacts.Read(options.ModelPath);
        double cache = (double)facts.KvTokenBytes * options.KvCapacity;
        if (facts.WeightBytes + cache > settings.MemoryLimit)
        {
            throw new ModelException(
                $"The model {settings.Name} cannot keep to memory_limit = {MiB(settings.MemoryLimit)}: its weights have"
                + $" {MiB(facts.WeightBytes)} and a KV cache of {options.KvCapacity} tokens {MiB(cache)}."
                + " Raise it, or lower context, slots or kv_tokens.");
        }
    }

    private static string MiB(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 20):0.0} MiB");
}
