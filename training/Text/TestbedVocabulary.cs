using System.Text.RegularExpressions;
using NodeBox.Llama.Gguf;
using NodeBox.Training.Domain;
using NodeBox.Training.Network;

namespace NodeBox.Training.Text;

/// <summary>
/// The testbed model's vocabulary: one token per byte and per printable character, so that any text can be read and written and every
/// digit stands alone; and one per word and per stretch of JSON that the testbed's texts repeat. The latter are user-defined tokens,
/// which llama.cpp cuts out of a text before anything else, the longest first.
/// </summary>
internal sealed partial class TestbedVocabulary
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;
    private const int Unused = 5;
    private const int Byte = 6;

    private const int LongestWord = 12;
    private const int SampledDialogues = 4000;
    private const int LeastOccurrences = 15;

    private static readonly string[] s_fragments =
    [
        "tools:", "\n", "agent-a", "agent-b",
        ",\"maximum\":", ",\"order_id\":", "}}", "}}}", "\"}}", ",\"item_id\":", ",\"quantity\":", ",\"status\":\"", ",\"limit\":",
        ",\"response_bytes\":", ",\"error_rate\":", ",\"seed\":", "\",\"text\":\"",
        "{\"order_id\":", ",\"customer_id\":", "\",\"ordered_on\":\"", "\",\"due_on\":\"", "\"}", "{\"customer_id\":", ",\"name\":\"",
        "\",\"city\":\"", "\",\"tier\":\"", "{\"item_id\":", "\",\"on_hand\":", ",\"price_cents\":", ",\"total\":", ",\"orders\":[",
        "\"},{\"order_id\":", "\"}]}", ",\"previous_status\":\"", "\",\"status\":\"",
        ",\"findings\":[{\"service\":\"gateway\"},{\"service\":\"orders\",\"customer_id\":", ",\"ordered_quantity\":",
        "},{\"service\":\"stock\",\"on_hand\":", ",\"available\":true},{\"service\":\"pricing\",\"unit_price_cents\":",
        ",\"available\":false},{\"service\":\"pricing\",\"unit_price_cents\":", ",\"total_cents\":", "}],\"padding\":\"", "}]}",
        new('x', 64), new('x', 16), new('x', 4), "… (", " more characters)", "error: no ",
    ];

    private readonly List<string> _tokens = [];
    private readonly List<float> _scores = [];
    private readonly List<int> _types = [];

    public TestbedVocabulary(Settings settings)
    {
        Add("<unk>", Unknown);
        Add("<s>", Control);
        Add("</s>", Control);
        for (int value = 0; value < 256; value++)
        {
            Add($"<0x{value:X2}>", Byte);
        }

        Add("<|im_start|>", Control);
        Add("<|im_end|>", Control);
        for (char character = '!'; character <= '~'; character++)
        {
            Add(character.ToString(), Normal);
        }

        Add("\u2581", Normal);
        foreach (string text in Fragments(settings).Concat(Words(settings)).Distinct().Where(text => !_tokens.Contains(text)))
        {
            Add(text, UserDefined);
        }

        for (int i = 0; _tokens.Count % Gemm.PanelWidth != 0; i++)
        {
            Add($"<unused{i}>", Unused);
        }
    }

    public int Count => _tokens.Count;

    /// <summary>The text that a token stands for, or null for control tokens and bytes, which are no text of their own.</summary>
    public string? TextOf(int token) => _types[token] is Normal or UserDefined ? _tokens[token].Replace('\u2581', ' ') : null;

    public void WriteTo(GgufWriter file)
    {
        file.Add("tokenizer.ggml.model", "llama");
        file.Add("tokenizer.ggml.pre", "default");
        file.Add("tokenizer.ggml.tokens", _tokens);
        file.Add("tokenizer.ggml.scores", _scores);
        file.Add("tokenizer.ggml.token_type", _types);
        file.Add("tokenizer.ggml.bos_token_id", (uint)_tokens.IndexOf("<s>"));
        file.Add("tokenizer.ggml.eos_token_id", (uint)_tokens.IndexOf("<|im_end|>"));
        file.Add("tokenizer.ggml.unknown_token_id", (uint)_tokens.IndexOf("<unk>"));
        file.Add("tokenizer.ggml.add_bos_token", true);
        file.Add("tokenizer.ggml.add_eos_token", false);
        file.Add("tokenizer.ggml.add_space_prefix", false);
    }

    /// <summary>Lines of the prompts, tools as they are listed, between their numbers, and the beginnings of calls.</summary>
    private static IEnumerable<string> Fragments(Settings settings)
    {
        IEnumerable<string> prompts = settings.Prompts.Values.SelectMany(static prompt => prompt.Split('\n'));
        IEnumerable<string> tools = settings.Prompts.Keys
            .SelectMany(agent => ListedTools(settings.Full(agent, Settings.MaxId)))
            .SelectMany(static line => DigitRuns().Split(line));
        IEnumerable<string> calls = settings.Full("agent-a", Settings.MaxId).Tools.Select(CallHead);
        return s_fragments.Concat(prompts).Concat(tools).Concat(calls).Where(static text => text.Length > 1 || text == "\n");
    }

    private static IEnumerable<string> ListedTools(Setting setting)
    {
        string system = Llama.Chat.ChatMl.Render([], setting.Tools)[1].Text;
        return system.Split('\n').Skip(1);
    }

    private static string CallHead(Llama.Chat.ToolDefinition tool)
    {
        string arguments = tool.Name switch
        {
            ToolList.Delegate => "\"agent\":\"",
            ToolList.CallService => "\"service\":\"gateway\",\"arguments\":{\"order_id\":",
            _ => $"\"{tool.Parameters!.Value.GetProperty("properties").EnumerateObject().First().Name}\":",
        };
        return $"{{\"name\":\"{tool.Name}\",\"arguments\":{{{arguments}";
    }

    /// <summary>
    /// The words of a sample of dialogues, most of them with the space before them; names, which differ, do not recur enough.
    /// </summary>
    private static IEnumerable<string> Words(Settings settings)
    {
        var draw = new Draw(new SeededRandom(1), new Difficulty());
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < SampledDialogues; i++)
        {
            Dialogue dialogue = new Requests(settings.Full(i % 2 == 0 ? "agent-a" : "agent-b", Settings.MaxId), draw).Next();
            IEnumerable<string> texts = dialogue.AllTurns().Skip(1).Select(static turn => turn.Content);
            foreach (Match word in texts.SelectMany(static text => Word().Matches(text)))
            {
                counts[word.Value] = counts.GetValueOrDefault(word.Value) + 1;
            }
        }

        return counts
            .Where(static word => word.Value >= LeastOccurrences && word.Key.Length <= LongestWord)
            .Select(static word => word.Key)
            .Order(StringComparer.Ordinal);
    }

    // Without its space a short word would be found inside of names.
    [GeneratedRegex(@" [A-Za-z][a-z]*(?![A-Za-z_-])|(?<![A-Za-z_ -])[A-Za-z][a-z]{2,}(?![A-Za-z_-])")]
    private static partial Regex Word();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex DigitRuns();

    private void Add(string token, int type)
    {
        _tokens.Add(token);
        _scores.Add(0);
        _types.Add(type);
    }
}
