using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Models;

/// <summary>A loaded model file: its weights and its vocabulary. Tokenising is safe from any thread.</summary>
internal sealed unsafe class LlamaModel : IDisposable
{
    private const int PieceSize = 256;

    private LlamaModel(nint handle)
    {
        Handle = handle;
        Vocabulary = LlamaApi.llama_model_get_vocab(handle);
    }

    public nint Handle { get; private set; }

    public nint Vocabulary { get; }

    public ulong Parameters => LlamaApi.llama_model_n_params(Handle);

    public ulong Bytes => LlamaApi.llama_model_size(Handle);

    public int TrainedContext => LlamaApi.llama_model_n_ctx_train(Handle);

    public int VocabularySize => LlamaApi.llama_vocab_n_tokens(Vocabulary);

    public string Description
    {
        get
        {
            byte* buffer = stackalloc byte[PieceSize];
            LlamaApi.llama_model_desc(Handle, buffer, PieceSize);
            return Marshal.PtrToStringUTF8((nint)buffer)!;
        }
    }

    /// <summary>Loads a model onto the processor.</summary>
    /// <exception cref="ModelException">The file is not one that this project can run.</exception>
    public static LlamaModel Load(string path)
    {
        GgufHeader header = GgufHeader.Read(path);
        if (!ChatMl.Renders(header.Text.GetValueOrDefault("tokenizer.chat_template")))
        {
            throw new ModelException($"The model file {path} has no ChatML chat template, and no other is supported.");
        }

        llama_model_params parameters = LlamaApi.llama_model_default_params();
        parameters.n_gpu_layers = 0;
        nint handle = LlamaApi.llama_model_load_from_file(path, parameters);
        return handle != 0 ? new LlamaModel(handle) : throw new ModelException($"llama.cpp cannot load {path}: {LlamaLog.TakeErrors()}.");
    }

    /// <summary>The tokens of a prompt, after the model's begin-of-text token where it has one.</summary>
    public int[] Tokenize(IEnumerable<PromptPart> parts)
    {
        var tokens = new List<int>();
        bool first = true;
        foreach (PromptPart part in parts)
        {
            tokens.AddRange(Tokenize(part, first));
            first = false;
        }

        return [.. tokens];
    }

    /// <summary>Writes the bytes of a token to <paramref name="buffer"/>, growing it as needed; control tokens have none.</summary>
    public ReadOnlySpan<byte> PieceOf(int token, ref byte[] buffer)
    {
        int length = Piece(token, buffer);
        if (length < 0)
        {
            buffer = new byte[-length];
            length = Piece(token, buffer);
        }

        return buffer.AsSpan(0, length);
    }

    public bool EndsGeneration(int token) => LlamaApi.llama_vocab_is_eog(Vocabulary, token) != 0;

    public void Dispose()
    {
        LlamaApi.llama_model_free(Handle);
        Handle = 0;
    }

    private int[] Tokenize(PromptPart part, bool addBegin)
    {
        if (part.Text.Length == 0)
        {
            return [];
        }

        // No token is shorter than a byte, and a few may be added at either end.
        byte[] text = Encoding.UTF8.GetBytes(part.Text);
        int[] tokens = new int[text.Length + 4];
        fixed (byte* textStart = text)
        fixed (int* tokensStart = tokens)
        {
            int count = LlamaApi.llama_tokenize(
                Vocabulary, textStart, text.Length, tokensStart, tokens.Length, Flag(addBegin), Flag(part.IsTemplate));
            return count >= 0
                ? tokens[..count]
                : throw new InvalidOperationException($"llama_tokenize asks for {-count} tokens for {text.Length} bytes.");
        }
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;

    private int Piece(int token, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            return LlamaApi.llama_token_to_piece(Vocabulary, token, start, buffer.Length, 0, 0);
        }
    }
}
