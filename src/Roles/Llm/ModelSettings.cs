using NodeBox.Llama.Native;

namespace NodeBox.Roles.Llm;

/// <summary>One model of the role "llm" and how it is served.</summary>
public sealed record ModelSettings
{
    /// <summary>The engine that computes a model.</summary>
    public const string Llama = "llama";

    /// <summary>The engine that computes nothing and keeps to <see cref="Timing"/>.</summary>
    public const string Timed = "timed";

    /// <summary>What replies: <see cref="Llama"/> or <see cref="Timed"/>.</summary>
    public string Engine { get; init; } = Llama;

    /// <summary>When replies come where no model is computed, and how long they are.</summary>
    public TimingSettings Timing { get; init; } = new();

    /// <summary>A GGUF file; unused where none is computed.</summary>
    public string Model { get; init; } = "testbed.gguf";

    /// <summary>The model's name in the API: requests choose it by their field "model".</summary>
    public string Name { get; init; } = "testbed";

    /// <summary>The family of the model's chat template, a name of <see cref="NodeBox.Llama.Chat.ChatTemplate.Names"/>; "auto" is what its file says.</summary>
    public string ChatTemplate { get; init; } = NodeBox.Llama.Chat.ChatTemplate.Auto;

    /// <summary>Tokens that a prompt and its answer may have together.</summary>
    public int Context { get; init; } = 8192;

    /// <summary>
    /// Threads that compute; 0 chooses, 1 for a tiny model. More than the process has processors (by its affinity mask and its cgroups) are
    /// refused.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Requests that are decoded at the same time.</summary>
    public int Slots { get; init; } = 4;

    /// <summary>Requests that may wait while all slots are taken. One more is refused with 429.</summary>
    public int QueueLimit { get; init; } = 64;

    /// <summary>Tokens of the KV cache, which all slots share and which is taken at the start; 0 means the context for each slot.</summary>
    public int KvTokens { get; init; }

    /// <summary>
    /// Finished requests whose KV cache is kept for prompts that begin alike. 0 makes the timing of a request independent of what came
    /// before it.
    /// </summary>
    public int CachedPrompts { get; init; } = 4;

    /// <summary>The most tokens of a prompt computed in a step that also generates for others.</summary>
    public int PrefillChunk { get; init; } = 32;

    /// <summary>
    /// The fused attention kernel: "on", "off", or "auto", which is off for a tiny model. With it texts depend more on what else is being
    /// decoded; without it every token in the cache costs time.
    /// </summary>
    public string FlashAttention { get; init; } = "auto";

    /// <summary>The most tokens of a text to embed, at most the context; 0 serves no embeddings and saves their memory.</summary>
    public int EmbeddingTokens { get; init; } = 2048;

    /// <summary>
    /// Integer arguments of tool calls that the model only copies: where it may choose to call, they can only be numbers of the request, and
    /// the numbers in its texts only such as it read. None means that it spells every number itself.
    /// </summary>
    public IReadOnlyList<string> CopiedArguments { get; init; } = [];

    /// <summary>The processors that the model's process may use; null for all that the node may.</summary>
    public ProcessorSet? Cpus { get; init; }

    /// <summary>
    /// Bytes of memory that the model's process may have resident, its mapped weights included; 0 for no limit. One that could not keep it is
    /// refused at the start. Beyond it the process is killed and started again: the node looks twice a second, because an unprivileged
    /// process can set no limit for what another has resident (RLIMIT_DATA counts what is only reserved, cgroups want a delegated one).
    /// </summary>
    public long MemoryLimit { get; init; }

    /// <summary>Tokens in one event of a stream.</summary>
    public int ChunkTokens { get; init; } = 1;

    /// <summary>Tokens of an answer whose request does not say how many.</summary>
    public int MaxTokensDefault { get; init; } = 512;

    /// <summary>"cpu", "cuda", which refuses to start without a GPU, or "auto", which says in the log what it chose.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Layers that GPUs compute; -1 means all.</summary>
    public int GpuLayers { get; init; } = -1;

    /// <summary>The GPU that has the whole model with split = "none", and what cannot be split with "row".</summary>
    public int MainGpu { get; init; }

    /// <summary>How several GPUs share the model: "none", "layer" or "row".</summary>
    public string Split { get; init; } = "layer";

    /// <summary>How long a request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The model's process is killed and started again if it computes nothing and answers nothing for this long; zero lets it hang. The
    /// longest decode step, 512 tokens of a prompt or the longest text to embed, must fit in a third of it.
    /// </summary>
    public TimeSpan HangTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
