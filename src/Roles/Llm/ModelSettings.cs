using NodeBox.Llama.Inference;
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

    /// <summary>
    /// How the model is computed; its texts to embed are at most as long as the context. Where none is computed the file is unused, and context,
    /// slots and queue are as of a real one.
    /// </summary>
    public EngineOptions Options { get; init; } = new("testbed.gguf") { EmbeddingTokens = 2048 };

    /// <summary>The model's name in the API: requests choose it by their field "model".</summary>
    public string Name { get; init; } = "testbed";

    /// <summary>The family of the model's chat template, a name of <see cref="NodeBox.Llama.Chat.ChatTemplate.Names"/>; "auto" is what its file says.</summary>
    public string ChatTemplate { get; init; } = NodeBox.Llama.Chat.ChatTemplate.Auto;

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

    /// <summary>How long a request may take, waiting included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The model's process is killed and started again if it computes nothing and answers nothing for this long; zero lets it hang. The
    /// longest decode step, 512 tokens of a prompt or the longest text to embed, must fit in a third of it.
    /// </summary>
    public TimeSpan HangTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
