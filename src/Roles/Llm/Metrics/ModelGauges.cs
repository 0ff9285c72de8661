using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Llm.Metrics;

/// <summary>What each model has and does at the moment.</summary>
internal static class ModelGauges
{
    private static readonly (string Name, string Help, Func<IInferenceEngine, double> Read)[] s_gauges =
    [
        ("nodebox_llm_slots", "Requests that can be decoded at the same time.", static engine => engine.Options.Slots),
        ("nodebox_llm_slots_active", "Requests being decoded.", static engine => engine.Load.Active),
        ("nodebox_llm_queued", "Requests that wait for a slot.", static engine => engine.Load.Queued),
        ("nodebox_llm_queue_limit", "Requests that may wait.", static engine => engine.Options.QueueLimit),
        ("nodebox_llm_kv_tokens", "Tokens that the KV cache holds, kept ones included.", static engine => engine.Load.KvTokens),
        ("nodebox_llm_kv_capacity_tokens", "Tokens that the KV cache has room for.", static engine => engine.Options.KvCapacity),
        ("nodebox_llm_kv_bytes", "Bytes of those that it holds.", static engine => engine.KvBytes(engine.Load.KvTokens)),
        ("nodebox_llm_kv_capacity_bytes", "Bytes of the KV cache.", static engine => engine.KvBytes(engine.Options.KvCapacity)),
        ("nodebox_llm_threads", "Threads that compute.", static engine => engine.Options.Threads),
        ("nodebox_llm_processors", "Processors that the model's process may use.", static engine => engine.Processors),
        ("nodebox_llm_model_bytes", "Size of the weights.", static engine => engine.Model.Bytes),
        ("nodebox_llm_ready", "1 if the model serves, 0 while it starts again.", static engine => engine.State.IsReady ? 1 : 0),
    ];

    public static void WriteTo(MetricsText text, IReadOnlyList<Inference> models)
    {
        foreach ((string name, string help, Func<IInferenceEngine, double> read) in s_gauges)
        {
            text.Begin(name, "gauge", help);
            foreach (Inference model in models)
            {
                text.Add(name, read(model.Engine), ("model", model.Name));
            }
        }

        const string restarts = "nodebox_llm_engine_restarts_total";
        text.Begin(restarts, "counter", "Times that the model's process ended and was started again.");
        foreach (Inference model in models)
        {
            text.Add(restarts, model.Engine.State.Restarts, ("model", model.Name));
        }

        WriteMemory(text, models);
    }

    /// <summary>Absent for a process that has just ended.</summary>
    private static void WriteMemory(MetricsText text, IReadOnlyList<Inference> models)
    {
        (string Name, ProcessMemory? Memory)[] all = [.. models.Select(model => (model.Name, ProcessMemory.Of(model.Engine.ProcessId)))];
        text.Begin("nodebox_llm_resident_bytes", "gauge", "Memory that the model's process has resident, its mapped weights included.");
        foreach ((string name, ProcessMemory? memory) in all.Where(static model => model.Memory is not null))
        {
            text.Add("nodebox_llm_resident_bytes", memory!.Value.Resident, ("model", name));
        }

        text.Begin("nodebox_llm_peak_resident_bytes", "gauge", "The most that it ever had.");
        foreach ((string name, ProcessMemory? memory) in all.Where(static model => model.Memory is not null))
        {
            text.Add("nodebox_llm_peak_resident_bytes", memory!.Value.Peak, ("model", name));
        }
    }
}
