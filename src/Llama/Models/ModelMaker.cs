using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Models;

/// <summary>
/// Makes the testbed's random model: a small LLaMA transformer with seeded weights. It computes like any other model and knows nothing;
/// what it says is decided by chance, or by a grammar.
/// </summary>
public static class ModelMaker
{
    private const int Context = 8192;
    private const int Width = 128;
    private const int Layers = 3;
    private const int FeedForward = 320;
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const int KeyValueWidth = Width / Heads * KeyValueHeads;

    // What the testbed's prompts and tool calls are made of, so that they take few tokens. The order is part of the file format:
    // changing it changes every model of every seed.
    private static readonly string[] s_words =
    [
        "{\"name\":\"", "\",\"arguments\":{\"", "\"}}", "\":\"", "\",\"", "\":", "{\"type\":\"object\",\"properties\":{\"", "\"type\":\"string\"",
        "\"type\":\"integer\"", "\"type\":\"number\"", "\"required\":[\"", "\"const\":", "\"description\":\"", "\"parameters\":", "\"enum\":[\"",
        "\"minimum\":", "\"maximum\":", "\"additionalProperties\":false", "tools:",
        "db__lookup_customer", "db__lookup_order", "db__check_stock", "db__search_orders", "db__update_order_status", "synthetic__work",
        "call_service", "delegate", "customer_id", "order_id", "item_id", "latency_ms", "response_bytes", "error_rate", "quantity", "status",
        "ordered_on", "due_on", "on_hand", "price_cents", "previous_status", "agent-a", "agent-b", "service", "gateway", "orders", "stock",
        "pricing", "customer", "arguments", "number", "name", "city", "tier", "text", "seed", "limit", "total", "pending", "shipped",
        "delivered", "cancelled", "true", "false", "null",
        " You", " are", " Your", " your", " the", " The", " a", " an", " and", " or", " of", " to", " for", " from", " in", " is", " it", " at", " by",
        " with", " one", " agent", " agents", " tool", " tools", " service", " services", " call", " answer", " request", " result", " results",
        " customer", " order", " orders", " stock", " item", " pieces", " price", " quantity", " status", " number", " name", " look", " Look",
        " looks", " up", " check", " work", " out", " step", " subtask", " subtasks", " short", " sentence", " deliver", " wants", " risk",
        " What", " Can", " we", " what", " how", " many", " not", " only", " if", " dates", " cents",
    ];

    /// <summary>
    /// Writes the model of <paramref name="seed"/> to <paramref name="path"/>: about 0.8 million parameters, byte-identical for a seed on
    /// any machine.
    /// </summary>
    /// <exception cref="ModelException">The file cannot be written.</exception>
    public static void Make(int seed, string path)
    {
        try
        {
            using FileStream file = File.Create(path);
            Make(seed, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The model file {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes the model of <paramref name="seed"/> to <paramref name="stream"/>.</summary>
    public static void Make(int seed, Stream stream)
    {
        var vocabulary = new Vocabulary(s_words);
        var file = new GgufWriter();
        WriteMetadata(file, seed, vocabulary.Count);
        vocabulary.WriteTo(file);
        file.Add("tokenizer.chat_template", ChatMl.Template);
        WriteTensors(file, new Weights((ulong)seed), vocabulary.Count);
        file.WriteTo(stream);
    }

    private static void WriteMetadata(GgufWriter file, int seed, int vocabularySize)
    {
        file.Add("general.architecture", "llama");
        file.Add("general.name", $"nodebox random model, seed {seed}");
        file.Add("general.file_type", 0u);
        file.Add("llama.context_length", Context);
        file.Add("llama.embedding_length", Width);
        file.Add("llama.block_count", Layers);
        file.Add("llama.feed_forward_length", FeedForward);
        file.Add("llama.attention.head_count", Heads);
        file.Add("llama.attention.head_count_kv", KeyValueHeads);
        file.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        file.Add("llama.rope.dimension_count", Width / Heads);
        file.Add("llama.rope.freq_base", 10000f);
        file.Add("llama.vocab_size", (uint)vocabularySize);
    }

    private static void WriteTensors(GgufWriter file, Weights weights, int vocabularySize)
    {
        void Matrix(string name, int inputs, int outputs) =>
            file.AddTensor($"{name}.weight", weights.Matrix(inputs, outputs), (ulong)inputs, (ulong)outputs);

        void Norm(string name) => file.AddTensor($"{name}.weight", [.. Enumerable.Repeat(1f, Width)], Width);

        Matrix("token_embd", Width, vocabularySize);
        Norm("output_norm");
        Matrix("output", Width, vocabularySize);
        for (int layer = 0; layer < Layers; layer++)
        {
            string block = $"blk.{layer}.";
            Norm(block + "attn_norm");
            Matrix(block + "attn_q", Width, Width);
            Matrix(block + "attn_k", Width, KeyValueWidth);
            Matrix(block + "attn_v", Width, KeyValueWidth);
            Matrix(block + "attn_output", Width, Width);
            Norm(block + "ffn_norm");
            Matrix(block + "ffn_gate", Width, FeedForward);
            Matrix(block + "ffn_up", Width, FeedForward);
            Matrix(block + "ffn_down", FeedForward, Width);
        }
    }
}
