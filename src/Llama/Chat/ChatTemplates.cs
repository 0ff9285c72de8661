namespace NodeBox.Llama.Chat;

/// <summary>
/// The templates of the common families, written out: a model file's own is a Jinja program, which this process does not run. A family's own
/// tool format is used where there is one, but calls are always the JSON of <see cref="CallTags"/>, between the family's marks.
/// </summary>
internal static class ChatTemplates
{
    /// <summary>Qwen's, which are those of Hermes 2 Pro and its descendants too. Source: tokenizer_config.json of Qwen2.5 and Qwen3.</summary>
    private static readonly TurnTemplate s_qwen = new("<|im_start|>", "\n", "<|im_end|>\n")
    {
        Tools = new ToolFormat
        {
            ListBegin = "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
                + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n",
            ListEnd = "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
                + "<tool_call></tool_call> XML tags:\n<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>",
            IsWrapped = true,
            Calls = new CallTags("<tool_call>\n", "\n</tool_call>"),
            Results = new CallTags("<tool_response>\n", "\n</tool_response>"),
            GroupsResults = true,
        },
    };

    /// <summary>Thinking is switched off where there are tools, as the family's template does it: a call must begin the answer.</summary>
    private static readonly TurnTemplate s_qwen3 = s_qwen with { AnswerWithTools = "<think>\n\n</think>\n\n" };

    /// <summary>Source: the model card of Llama 3.1, JSON based tool calling.</summary>
    private static readonly TurnTemplate s_llama3 = new("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>")
    {
        Tool = "ipython",
        Trims = true,
        Tools = new ToolFormat
        {
            ListBegin = "You have access to the following functions. To call a function, please respond with JSON for a function call. "
                + "Respond in the format {\"name\": function name, \"arguments\": dictionary of argument name and its value}. "
                + "Do not use variables.\n\n",
            ListEnd = "",
            IsWrapped = true,
        },
    };

    private static readonly TurnTemplate s_zephyr = new("<|", "|>\n", "</s>\n");

    private static readonly TurnTemplate s_gemma = new("<start_of_turn>", "\n", "<end_of_turn>\n")
    {
        Assistant = "model",
        MergesSystem = true,
        Trims = true,
    };

    private static readonly TurnTemplate s_phi4 = new("<|im_start|>", "<|im_sep|>", "<|im_end|>");

    /// <summary>Source: tokenizer_config.json of Phi-4-mini-instruct.</summary>
    private static readonly TurnTemplate s_phi4Mini = new("<|", "|>", "<|end|>")
    {
        Tool = "tool",
        Tools = new ToolFormat
        {
            ListSeparator = "",
            ListBegin = "<|tool|>",
            ListEnd = "<|/tool|>",
            IsArray = true,
            Calls = new CallTags("<|tool_call|>", "<|/tool_call|>"),
        },
    };

    private static readonly BracketTemplate s_llama2 = new("[INST] ", " [/INST]", "") { System = new CallTags("", "\n") };

    private static readonly BracketTemplate s_llama2System = s_llama2 with { System = new CallTags("<<SYS>>\n", "\n<</SYS>>\n\n") };

    /// <summary>Mistral's marks of tools. Source: mistral-common, versions 3 and 7 of its tokenizer.</summary>
    private static readonly ToolFormat s_mistralTools = new()
    {
        ListBegin = "[AVAILABLE_TOOLS] ",
        ListEnd = "[/AVAILABLE_TOOLS]",
        IsArray = true,
        IsWrapped = true,
        Calls = new CallTags("[TOOL_CALLS]", ""),
        Results = new CallTags("[TOOL_RESULTS] ", "[/TOOL_RESULTS]"),
    };

    private static readonly BracketTemplate s_mistral3 = new("[INST] ", "[/INST]", " ") { TrimsAnswers = true, Tools = s_mistralTools };

    private static readonly BracketTemplate s_mistral7 = s_mistral3 with
    {
        TrimsAnswers = false,
        System = new CallTags("[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]"),
        SystemIsApart = true,
    };

    private static readonly ToolFormat s_tekkenTools = s_mistralTools with
    {
        ListBegin = "[AVAILABLE_TOOLS]",
        Results = new CallTags("[TOOL_RESULTS]", "[/TOOL_RESULTS]"),
    };

    public static IReadOnlyList<ChatTemplate> All { get; } =
    [
        new("chatml", ChatMl.Render, CallTags.None),
        Of("qwen", s_qwen),
        Of("qwen3", s_qwen3),
        Of("llama2", s_llama2),
        Of("llama2-sys", s_llama2System),
        Of("llama2-sys-bos", s_llama2System with { BeforeLater = "<s>" }),
        Of("llama2-sys-strip", s_llama2System with { TrimsAll = true }),
        Of("llama3", s_llama3),
        Of("mistral-v1", new BracketTemplate(" [INST] ", " [/INST]", " ")),
        Of("mistral-v3", s_mistral3),
        Of("mistral-v3-tekken", new BracketTemplate("[INST]", "[/INST]", "") { Tools = s_tekkenTools }),
        Of("mistral-v7", s_mistral7),
        Of("mistral-v7-tekken", new BracketTemplate("[INST]", "[/INST]", "")
        {
            System = new CallTags("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"),
            SystemIsApart = true,
            Tools = s_tekkenTools,
        }),
        Of("zephyr", s_zephyr),
        Of("stablelm-zephyr", s_zephyr with { End = "<|endoftext|>\n" }),
        Of("gemma", s_gemma),
        Of("phi3", s_zephyr with { End = "<|end|>\n" }),
        Of("phi4", s_phi4),
        Of("phi4-mini", s_phi4Mini),
    ];

    private static ChatTemplate Of(string name, TurnTemplate template) => new(name, template.Render, template.Tools.Calls);

    private static ChatTemplate Of(string name, BracketTemplate template) =>
        new(name, template.Render, (template.Tools ?? ToolFormat.Told).Calls);
}
