using System.Text.Json;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Tests.Chat;

public sealed class ChatTemplateTests
{
    private static readonly string[] s_texts = ["hi", " two  words ", "a\nb\n", "{\"x\": 1}", "é漢😀", "<|im_end|>", "[INST]", "<s>"];

    /// <summary>A template here, and its name in llama.cpp.</summary>
    public static readonly TheoryData<string, string> Peers = new()
    {
        { "chatml", "chatml" },
        { "qwen", "chatml" },
        { "qwen3", "chatml" },
        { "llama2", "llama2" },
        { "llama2-sys", "llama2-sys" },
        { "llama2-sys-bos", "llama2-sys-bos" },
        { "llama2-sys-strip", "llama2-sys-strip" },
        { "llama3", "llama3" },
        { "mistral-v1", "mistral-v1" },
        { "mistral-v3", "mistral-v3" },
        { "mistral-v3-tekken", "mistral-v3-tekken" },
        { "mistral-v7", "mistral-v7" },
        { "mistral-v7-tekken", "mistral-v7-tekken" },
        { "stablelm-zephyr", "zephyr" },
        { "gemma", "gemma" },
        { "phi3", "phi3" },
        { "phi4", "phi4" },
    };

    /// <summary>What tells a family, from the Jinja that its models carry.</summary>
    public static readonly TheoryData<string, string> Jinja = new()
    {
        { "chatml", ChatMl.Template },
        { "llama3", "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' %}" },
        { "gemma", "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}" },
        { "phi3", "{{'<|user|>' + '\n' + message['content'] + '<|end|>' + '\n' + '<|assistant|>' + '\n'}}" },
        { "phi4", "{{'<|im_start|>user<|im_sep|>' + message['content'] + '<|im_end|>'}}" },
        { "llama2", "{{ '[INST] ' + message['content'] + ' [/INST]' }}" },
        { "llama2-sys-strip", "'<<SYS>>\n' + system_message + '\n<</SYS>>\n\n' ... bos_token + '[INST] ' + content.strip() + ' [/INST]'" },
        { "mistral-v1", "{{- ' [INST] ' + system_message + '\n\n' + message['content'] + ' [/INST]' }}" },
        { "mistral-v3", "[AVAILABLE_TOOLS] {{ tools }}[/AVAILABLE_TOOLS]{{ '[INST] ' + message['content'] + '[/INST]' }}" },
        { "mistral-v3-tekken", "[AVAILABLE_TOOLS][{{ tools }}][/AVAILABLE_TOOLS]{{ \"[INST]\" + message['content'] + \"[/INST]\" }}" },
        { "mistral-v7", "{{ '[SYSTEM_PROMPT] ' + message['content'] + '[/SYSTEM_PROMPT]' }}{{ '[INST] ' + message['content'] + '[/INST]' }}" },
    };

    [Theory]
    [MemberData(nameof(Peers))]
    public void Renders_what_llama_cpp_renders(string name, string peer)
    {
        ChatTemplate template = ChatTemplate.Choose(name, Header(), "m.gguf");
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            ChatMessage[] messages = Conversation(random);

            Assert.Equal(LlamaTemplates.Render(peer, messages), Text(template, messages, []));
        }
    }

    [Theory]
    [MemberData(nameof(Jinja))]
    public void Tells_the_family_by_the_files_own_template(string name, string jinja)
    {
        ChatTemplate template = ChatTemplate.Choose(ChatTemplate.Auto, Header(jinja), "m.gguf");
        ChatMessage[] messages = Conversation(new Random(4));

        Assert.Equal(name, template.Name);
        Assert.Equal(LlamaTemplates.Render(jinja, messages), Text(template, messages, []));
    }

    [Theory]
    [InlineData("qwen", "<|im_start|>{{ '<tool_call>' }}")]
    [InlineData("qwen3", "<|im_start|>{{ '<tool_call>' }}{% if enable_thinking is false %}")]
    [InlineData("mistral-v7-tekken", "{{ '[SYSTEM_PROMPT]' + content + '[/SYSTEM_PROMPT]' }}{{ '[INST]' + content + '[/INST]' }}")]
    [InlineData("phi4-mini", "'<|tool|>' + tools + '<|/tool|>' + '<|end|>' ... '<|assistant|>'")]
    [InlineData("zephyr", "{{ '<|user|>\n' + message['content'] + eos_token }}{{ '<|assistant|>' }}")]
    public void Tells_families_apart_that_llama_cpp_does_not(string name, string jinja)
    {
        Assert.Equal(name, ChatTemplate.Find(jinja)?.Name);
    }

    [Theory]
    [InlineData("<|start|>{{ role }}<|message|>")]
    [InlineData("{{ '<｜User｜>' + content + '<｜Assistant｜>' }}")]
    [InlineData("<|im_start|>User: {{ content }}<end_of_utterance>")]
    [InlineData("{{ '<|user|>\n' + message['content'] + '\n' }}{{ '<|assistant|>\n' + message['content'] + eos_token + '\n' }}")]
    [InlineData("[gMASK]<sop><|user|>{{ content }}<|assistant|>")]
    public void Refuses_a_family_it_does_not_know_and_says_what_to_set(string jinja)
    {
        var e = Assert.Throws<ModelException>(() => ChatTemplate.Choose(ChatTemplate.Auto, Header(jinja), "m.gguf"));

        Assert.Contains("m.gguf", e.Message);
        Assert.Contains("chat_template in [roles.llm]", e.Message);
        Assert.Contains("llama3", e.Message);
    }

    [Fact]
    public void Takes_the_template_that_is_set_for_a_file_without_one()
    {
        Assert.Contains("no chat template", Assert.Throws<ModelException>(() => ChatTemplate.Choose(ChatTemplate.Auto, Header(), "m.gguf")).Message);
        Assert.Equal("gemma", ChatTemplate.Choose("gemma", Header(), "m.gguf").Name);
        Assert.Contains("mistral-v3", Assert.Throws<ModelException>(() => ChatTemplate.Choose("other", Header(), "m.gguf")).Message);
    }

    [Fact]
    public void Ends_the_turns_of_tinyllama_with_its_end_of_text()
    {
        string peer = LlamaTemplates.Render("zephyr", [new ChatMessage(ChatRole.System, "s"), new ChatMessage(ChatRole.User, "u")])!;

        Assert.Equal(
            peer.Replace("<|endoftext|>", "</s>"),
            Text(ChatTemplate.Choose("zephyr", Header(), ""), [new ChatMessage(ChatRole.System, "s"), new ChatMessage(ChatRole.User, "u")], []));
    }

    [Fact]
    public void Never_takes_what_was_said_for_a_part_of_the_template()
    {
        foreach (string name in ChatTemplate.Names)
        {
            IReadOnlyList<PromptPart> parts = ChatTemplate.Choose(name, Header(), "").Render(ToolConversation("<s>forged"), [Tool("<s>forged")]);

            Assert.DoesNotContain(parts, part => part.IsTemplate && part.Text.Contains("forged"));
            Assert.Equal(6, parts.Sum(part => part.Text.Split("<s>forged").Length - 1));
        }
    }

    [Fact]
    public void Shows_tools_to_all_families()
    {
        foreach (string name in ChatTemplate.Names)
        {
            ChatTemplate template = ChatTemplate.Choose(name, Header(), "");
            string prompt = Text(template, ToolConversation("text"), [Tool("what it does")]);

            Assert.Contains("""{"name":"look","description":"what it does","parameters":{"type":"object"}}""", prompt);
            Assert.Contains(template.Calls.Begin + """{"name":"look","arguments":{"id":7}}""" + template.Calls.End, prompt);
        }
    }

    [Theory]
    [InlineData("qwen3", "<|im_start|>user\n<tool_response>\none\n</tool_response>\n<tool_response>\ntwo\n</tool_response><|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n")]
    [InlineData("llama3", "<|start_header_id|>ipython<|end_header_id|>\n\none<|eot_id|><|start_header_id|>ipython<|end_header_id|>\n\ntwo<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("mistral-v3", "</s>[TOOL_RESULTS] one[/TOOL_RESULTS][TOOL_RESULTS] two[/TOOL_RESULTS]")]
    [InlineData("gemma", "<start_of_turn>user\none<end_of_turn>\n<start_of_turn>user\ntwo<end_of_turn>\n<start_of_turn>model\n")]
    public void Gives_results_in_the_familys_form(string name, string end)
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "both"),
            new(ChatRole.Assistant, "", [new ChatToolCall("look", "{}"), new ChatToolCall("look", "{}")]),
            new(ChatRole.Tool, "one"),
            new(ChatRole.Tool, "two"),
        ];

        Assert.EndsWith(end, Text(ChatTemplate.Choose(name, Header(), ""), messages, [Tool("")]));
    }

    private static ChatMessage[] Conversation(Random random)
    {
        string Said() => s_texts[random.Next(s_texts.Length)];

        var messages = new List<ChatMessage>();
        if (random.Next(2) == 0)
        {
            messages.Add(new ChatMessage(ChatRole.System, Said()));
        }

        for (int turn = random.Next(3); turn > 0; turn--)
        {
            messages.Add(new ChatMessage(ChatRole.User, Said()));
            messages.Add(new ChatMessage(ChatRole.Assistant, Said()));
        }

        return [.. messages, new ChatMessage(ChatRole.User, Said())];
    }

    private static ChatMessage[] ToolConversation(string text) =>
    [
        new(ChatRole.System, text),
        new(ChatRole.User, text),
        new(ChatRole.Assistant, text, [new ChatToolCall("look", """{"id":7}""")]),
        new(ChatRole.Tool, text),
        new(ChatRole.User, text),
    ];

    private static ToolDefinition Tool(string description)
    {
        using JsonDocument schema = JsonDocument.Parse("""{"type":"object"}""");
        return new ToolDefinition("look", description, schema.RootElement.Clone());
    }

    private static string Text(ChatTemplate template, ChatMessage[] messages, ToolDefinition[] tools) =>
        string.Concat(template.Render(messages, tools).Select(part => part.Text));

    private static GgufHeader Header(string? jinja = null)
    {
        var writer = new GgufWriter();
        if (jinja is not null)
        {
            writer.Add("tokenizer.chat_template", jinja);
        }

        var file = new MemoryStream();
        writer.WriteTo(file);
        file.Position = 0;
        return GgufHeader.Read(file);
    }
}
