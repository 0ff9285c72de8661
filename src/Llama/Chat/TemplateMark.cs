namespace NodeBox.Llama.Chat;

/// <summary>
/// What the Jinja of a family's template contains, and what it does not. The first mark that fits tells the family.
/// </summary>
/// <param name="Template">The name in <see cref="ChatTemplates"/>.</param>
/// <param name="Has">All that it contains.</param>
internal sealed record TemplateMark(string Template, params string[] Has)
{
    private const string AnotherEnd = "message['content'] + '\n'";
    private const string AnotherEscapedEnd = @"message['content'] + '\n'";

    /// <summary>In the order of llama.cpp's llm_chat_detect_template, whose families that are not served here fit none.</summary>
    public static readonly IReadOnlyList<TemplateMark> All =
    [
        new("phi4", "<|im_start|>", "<|im_sep|>"),
        new("qwen3", "<|im_start|>", "<tool_call>", "enable_thinking"),
        new("qwen", "<|im_start|>", "<tool_call>"),
        new("chatml", "<|im_start|>") { Lacks = ["<end_of_utterance>"] },
        new("mistral-v7", "[INST] ", "[SYSTEM_PROMPT]"),
        new("mistral-v7-tekken", "[INST]", "[SYSTEM_PROMPT]"),
        new("mistral-v1", "' [INST] ' + system_message"),
        new("mistral-v1", " [INST]", "[AVAILABLE_TOOLS]"),
        new("mistral-v3-tekken", "\"[INST]\"", "[AVAILABLE_TOOLS]"),
        new("mistral-v3", "[INST]", "[AVAILABLE_TOOLS]"),
        new("llama2-sys-strip", "[INST]", "content.strip()"),
        new("llama2-sys-bos", "[INST]", "bos_token + '[INST]"),
        new("llama2-sys", "[INST]", "<<SYS>>"),
        new("llama2", "[INST]"),
        new("phi4-mini", "<|assistant|>", "<|end|>", "<|/tool|>"),
        new("phi3", "<|assistant|>", "<|end|>"),
        new("zephyr", "<|assistant|>", "<|user|>", "message['content'] + eos_token") { Lacks = [AnotherEnd, AnotherEscapedEnd] },
        new("stablelm-zephyr", "<|user|>", "<|endoftext|>") { Lacks = ["<sop>", AnotherEnd, AnotherEscapedEnd] },
        new("gemma", "<start_of_turn>"),
        new("llama3", "<|start_header_id|>", "<|end_header_id|>"),
    ];

    public IReadOnlyList<string> Lacks { get; init; } = [];

    public bool Fits(string jinja) => Array.TrueForAll(Has, jinja.Contains) && !Lacks.Any(jinja.Contains);
}
