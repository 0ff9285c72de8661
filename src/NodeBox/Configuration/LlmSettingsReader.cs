using NodeBox.Llama.Chat;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
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
        string file = engine == ModelSettings.Timed ? section.String("model", "") : section.RequiredString("model");
        return model with
        {
            Engine = engine,
            Timing = ReadTiming(section, directory),
            Options = ReadOptions(section, model.Options with { ModelPath = Path.Combine(directory, file) }),
            Name = section.String("name", model.Name),
            ChatTemplate = section.Choice("chat_template", [ChatTemplate.Auto, .. ChatTemplate.Names], model.ChatTemplate),
            CopiedArguments = section.StringArray("copied_arguments", model.CopiedArguments),
            ChunkTokens = section.Int("chunk_tokens", model.ChunkTokens, 1, 1 << 16),
            MaxTokensDefault = section.Int("max_tokens_default", model.MaxTokensDefault, 1, 1 << 20),
            Deadline = section.Duration("deadline", model.Deadline, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1)),
            HangTimeout = section.Duration("hang_timeout", model.HangTimeout, TimeSpan.Zero, TimeSpan.FromDays(1)),
            Cpus = ReadProcessors(section),
            MemoryLimit = section.Size("memory_limit", model.MemoryLimit),
        };
    }

    private static EngineOptions ReadOptions(TomlSection section, EngineOptions options) => options with
    {
        Device = Enum.Parse<DeviceKind>(section.Choice("device", ["auto", "cpu", "cuda"], "auto"), ignoreCase: true),
        GpuLayers = section.Int("gpu_layers", options.GpuLayers, -1, 1024),
        MainGpu = section.Int("main_gpu", options.MainGpu, 0, 63),
        Split = Enum.Parse<GpuSplit>(section.Choice("split", ["none", "layer", "row"], "layer"), ignoreCase: true),
        Context = section.Int("context", options.Context, 64, 1 << 20),
        Threads = section.Int("threads", options.Threads, 0, 1024),
        Slots = section.Int("slots", options.Slots, 1, 256),
        QueueLimit = section.Int("queue_limit", options.QueueLimit, 0, 65536),
        KvTokens = section.Int("kv_tokens", options.KvTokens, 0),
        CachedPrompts = section.Int("cached_prompts", options.CachedPrompts, 0, 255),
        PrefillChunk = section.Int("prefill_chunk", options.PrefillChunk, 1, 512),
        FlashAttention = section.Choice("flash_attention", ["auto", "on", "off"], "auto") switch
        {
            "on" => true,
            "off" => false,
            _ => null,
        },
        EmbeddingTokens = section.Int("embedding_tokens", options.EmbeddingTokens, 0, 1 << 20),
    };

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
