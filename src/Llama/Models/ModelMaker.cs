using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Models;

/// <summary>
/// Makes random models: LLaMA transformers with seeded weights. One computes like any other model and knows nothing;
/// what it says is decided by chance, or by a grammar.
/// </summary>
public static class ModelMaker
{
    private const uint AllF32 = 0;
    private const uint MostlyQ8 = 7;

    // What the testbed's prompts and tool calls are made of, so that they take few tokens. The order is part of the file format:
    // changing it changes every model of every seed.
    private static readonly string[] s_words =
    [
        "{\"name\":\"", "\",\"arguments\":{\"", "\"}}", "\":\"", "\",\"", "\":", "{\"type\":\"object\",\"properties\":{\"",
        "\"type\":\"string\"", "\"type\":\"integer\"", "\"type\":\"number\"", "\"required\":[\"", "\"const\":", "\"description\":\"",
        "\"parameters\":", "\"enum\":[\"", "\"minimum\":", "\"maximum\":", "\"additionalProperties\":false", "tools:",
        "db__lookup_customer", "db__lookup_order", "db__check_stock", "db__search_orders", "db__update_order_status", "synthetic__work",
        "call_service", "delegate", "customer_id", "order_id", "item_id", "latency_ms", "response_bytes", "error_rate", "quantity",
        "status", "ordered_on", "due_on", "on_hand", "price_cents", "previous_status", "agent-a", "agent-b", "service", "gateway",
        "orders", "stock", "pricing", "customer", "arguments", "number", "name", "city", "tier", "text", "seed", "limit", "total",
        "pending", "shipped", "delivered", "cancelled", "true", "false", "null",
        " You", " are", " Your", " your", " the", " The", " a", " an", " and", " or", " of", " to", " for", " from", " in", " is",
        " it", " at", " by", " with", " one", " agent", " agents", " tool", " tools", " service", " services", " call", " answer",
        " request", " result", " results", " customer", " order", " orders", " stock", " item", " pieces", " price", " quantity",
        " status", " number", " name", " look", " Look", " looks", " up", " check", " work", " out", " step", " subtask", " subtasks",
        " short", " sentence", " deliver", " wants", " risk", " What", " Can", " we", " what", " how", " many", " not", " only", " if",
        " dates", " cents",
    ];

    /// <summary>Writes the model of <paramref name="seed"/> to <paramref name="path"/>, byte-identical on any machine.</summary>
    /// <param name="seed">Makes the weights.</param>
    /// <param name="path">The file.</param>
    /// <param name="size">How large it is; by default the testbed's.</param>
    /// <exception cref="ModelException">The file cannot be written.</exception>
    public static void Make(int seed, string path, ModelSize? size = null)
    {
        try
        {
            using FileStream file = File.Create(path);
            Make(seed, file, size);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The model file {path} cannot be written: {e.Message}");
        }
    }

    /// <summary>Writes the model of <paramref name="seed"/> to <paramref name="stream"/>.</summary>
    public static void Make(int seed, Stream stream, ModelSize? size = null)
    {
        ModelSize made = size ?? ModelSize.Testbed;
        var vocabulary = new Vocabulary(s_words);
        vocabulary.FillUp(made.Vocabulary);
        var file = new GgufWriter();
        WriteMetadata(file, seed, made, vocabulary.Count);
        vocabulary.WriteTo(file);
        file.Add("tokenizer.chat_template", ChatMl.Template);
        WriteTensors(file, new Weights((ulong)seed), made, vocabulary.Count);
        file.WriteTo(stream);
    }

    private static void WriteMetadata(GgufWriter file, int seed, ModelSize size, int vocabularySize)
    {
        file.Add("general.architecture", "llama");
        file.Add("general.name", $"nodebox random model, seed {seed}");
        file.Add("general.file_type", size.IsQuantised ? MostlyQ8 : AllF32);
        file.Add("llama.context_length", (uint)size.Context);
        file.Add("llama.embedding_length", (uint)size.Width);
        file.Add("llama.block_count", (uint)size.Layers);
        file.Add("llama.feed_forward_length", (uint)size.FeedForward);
        file.Add("llama.attention.head_count", (uint)size.Heads);
        file.Add("llama.attention.head_count_kv", (uint)size.KeyValueHeads);
        file.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        file.Add("llama.rope.dimension_count", (uint)size.HeadWidth);
        file.Add("llama.rope.freq_base", 10000f);
        file.Add("llama.vocab_size", (uint)vocabularySize);
        if (size.IsQuantised)
        {
            file.Add("general.quantization_version", 2u);
        }
    }

    private static void WriteTensors(GgufWriter file, Weights weights, ModelSize size, int vocabularySize)
    {
        void Matrix(string name, int inputs, int outputs)
        {
            ulong[] shape = [(ulong)inputs, (ulong)outputs];
            if (size.IsQuantised)
            {
                file.AddTensor($"{name}.weight", GgmlType.Q8, stream => weights.WriteQuantised(stream, inputs, outputs), shape);
            }
            else
            {
                file.AddTensor($"{name}.weight", weights.Matrix(inputs, outputs), shape);
            }
        }

        void Norm(string name) => file.AddTensor($"{name}.weight", [.. Enumerable.Repeat(1f, size.Width)], (ulong)size.Width);

        Matrix("token_embd", size.Width, vocabularySize);
        Norm("output_norm");
        Matrix("output", size.Width, vocabularySize);
        for (int layer = 0; layer < size.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            Norm(block + "attn_norm");
            Matrix(block + "attn_q", size.Width, size.Width);
            Matrix(block + "attn_k", size.Width, size.KeyValueWidth);
            Matrix(block + "attn_v", size.Width, size.KeyValueWidth);
            Matrix(block + "attn_output", size.Width, size.Width);
            Norm(block + "ffn_norm");
            Matrix(block + "ffn_gate", size.Width, size.FeedForward);
            Matrix(block + "ffn_up", size.Width, size.FeedForward);
            Matrix(block + "ffn_down", size.FeedForward, size.Width);
        }
    }
}
