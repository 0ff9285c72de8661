using System.Diagnostics;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>What the model's process used when a request ended, as attributes of its span.</summary>
internal static class Resources
{
    public static void AddTo(Activity span, IInferenceEngine engine)
    {
        EngineLoad load = engine.Load;
        span.SetTag(SemanticConventions.ProcessId, engine.ProcessId);
        span.SetTag(SemanticConventions.LlmThreads, engine.Options.Threads);
        span.SetTag(SemanticConventions.LlmProcessors, engine.Processors);
        span.SetTag(SemanticConventions.LlmQueueDepth, load.Queued);
        span.SetTag(SemanticConventions.LlmActiveSlots, load.Active);
        span.SetTag(SemanticConventions.LlmKvTokens, load.KvTokens);
        span.SetTag(SemanticConventions.LlmKvBytes, engine.KvBytes(load.KvTokens));
        if (ProcessMemory.Of(engine.ProcessId) is { } memory)
        {
            span.SetTag(SemanticConventions.LlmResidentBytes, memory.Resident);
            span.SetTag(SemanticConventions.LlmPeakResidentBytes, memory.Peak);
        }
    }
}
