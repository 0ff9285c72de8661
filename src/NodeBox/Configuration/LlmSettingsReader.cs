using NodeBox.Llama.Chat;
using NodeBox.Llama.Native;
using NodeBox.Roles.Llm;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>
/// Reads the settings of the role llm. Those of its first model stand among them, those of further ones in a table of [[roles.llm.models]]
/// each, where what is left out is as for the first.
/// </summary>
internal static class LlmSettingsReader
{
    private const string Models = "models";

    // What only timed replies follow.
    private static readonly string[] s_timing = ["distribution", "ttft", "token_gap", "spread", "reply_tokens", "timing_seed", "timing"];

    public static LlmSettings Read(TomlSection section, string directory)
    {
        var llm = new LlmSettings();
        llm = llm with
        {
            Port = section.Port("port", llm.Port),
            MaxRequestBytes = section.Int("max_request_bytes", llm.MaxRequestBytes, 1024, 1 << 30),
            MaxBufferedBytes = section.Int("max_buffered_bytes", llm.MaxBufferedBytes, 1024),
        };
        return llm with { Models = ReadModels(section, directory) };
    }

    private static List<ModelSettings> ReadModels(TomlSection section, string directory)
    {
        IReadOnlyList<TomlSection> tables = section.Sections(Models);
        var models = new List<ModelSettings>();
        if (tables.Count == 0 || section.Has("model") || section.Has("name"))
        {
            models.Add(ReadModel(section, directory));
        }

        foreach (TomlSection table in tables.Select(table => table.WithDefaults(section)))
        {
            ModelSettings model = ReadModel(table, directory);
            if (models.Exists(other => other.Name == model.Name))
            {
                table.Error("name", $"\"{model.Name}\" is also the name of another model: give each its own");
            }

            models.Add(model);
            RefuseTiming(table, model.Engine == ModelSettings.Timed ? [] : table.Keys);
            table.RejectUnknown();
        }

        bool anyTimed = models.Exists(static model => model.Engine == ModelSettings.Timed);
        RefuseTiming(section, anyTimed ? [] : section.Keys.Contains("engine") ? section.Keys : s_timing.Where(section.Has));
        return models;
    }

    // What a table or a node that has another engine inherits may be for others.
    private static void RefuseTiming(TomlSection section, IEnumerable<string> keys)
    {
        foreach (string key in keys.Intersect(s_timing))
        {
            section.Error(key, "means nothing without engine = \"timed\": add that, or remove it");
        }
    }

    private static ModelSettings ReadModel(TomlSection section, string directory)
    {
        var model = new ModelSettings();
        string engine = section.Choice("engine", [ModelSettings.Llama, ModelSettings.Timed], model.Engine);
        return model with
        {
            Engine = engine,
            Timing = ReadTiming(section, directory),
            Model = Path.Combine(directory, engine == ModelSettings.Timed ? section.String("model", "") : section.RequiredString("model")),
            Device = section.Choice("device", ["auto", "cpu", "cuda"], model.Device),
            GpuLayers = section.Int("gpu_layers", model.GpuLayers, -1, 1024),
            MainGpu = section.Int("main_gpu", model.MainGpu, 0, 63),
            Split = section.Choice("split", ["none", "layer", "row"], model.Split),
            Name = section.String("name", model.Name),
            ChatTemplate = section.Choice("chat_template", [ChatTemplate.Auto, .. ChatTemplate.Names], model.ChatTemplate),
            Context = section.Int("context", model.Context, 64, 1 << 20),
            Threads = section.Int("threads", model.Threads, 0, 1024),
            Slots = section.Int("slots", model.Slots, 1, 256),
            QueueLimit = section.Int("queue_limit", model.QueueLimit, 0, 65536),
            KvTokens = section.Int("kv_tokens", model.KvTokens, 0),
            CachedPrompts = section.Int("cached_prompts", model.CachedPrompts, 0, 255),
            PrefillChunk = section.Int("prefill_chunk", model.PrefillChunk, 1, 512),
            CopiedArguments = section.StringArray("copied_arguments", model.CopiedArguments),
            FlashAttention = section.Choice("flash_attention", ["auto", "on", "off"], model.FlashAttention),
            EmbeddingTokens = section.Int("embedding_tokens", model.EmbeddingTokens, 0, 1 << 20),
            ChunkTokens = section.Int("chunk_tokens", model.ChunkTokens, 1, 1 << 16),
            MaxTokensDefault = section.Int("max_tokens_default", model.MaxTokensDefault, 1, 1 << 20),
            Deadline = section.Duration("deadline", model.Deadline, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
            HangTimeout = section.Duration("hang_timeout", model.HangTimeout, TimeSpan.Zero, TimeSpan.FromDays(1)),
            Cpus = ReadProcessors(section),
            MemoryLimit = section.Size("memory_limit", model.MemoryLimit),
        };
    }

    private static TimingSettings ReadTiming(TomlSection section, string directory)
    {
        var timing = new TimingSettings();
        return timing with
        {
            Distribution = section.Choice("distribution", ["fixed", "normal", "lognormal", "exponential"], "fixed") switch
            {
                "normal" => TimingDistribution.Normal,
                "lognormal" => TimingDistribution.LogNormal,
                "exponential" => TimingDistribution.Exponential,
                _ => TimingDistribution.Fixed,
            },
            FirstToken = section.Duration("ttft", timing.FirstToken, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            TokenGap = section.Duration("token_gap", timing.TokenGap, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            Spread = section.Double("spread", timing.Spread, 0, 10),
            ReplyTokens = section.Int("reply_tokens", timing.ReplyTokens, 1, 1 << 20),
            Seed = (ulong)section.Long("timing_seed", (long)timing.Seed, 0),
            Recorded = section.OptionalString("timing") is { } path ? Path.Combine(directory, path) : null,
        };
    }

    // Which of them there are is known where the node runs, which need not be here.
    private static ProcessorSet? ReadProcessors(TomlSection section)
    {
        if (section.OptionalString("cpus") is not { } text)
        {
            return null;
        }

        ProcessorSet? processors = ProcessorSet.Parse(text);
        if (processors is null)
        {
            section.Error("cpus", $"\"{text}\" is not a list of processors such as \"0-3,8\"");
        }

        return processors;
    }
}
