using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Native;

namespace NodeBox.Llama.Models;

/// <summary>A loaded model file: its weights and its vocabulary. Tokenising is safe from any thread.</summary>
internal sealed unsafe class LlamaModel : IDisposable
{
    private const int PieceSize = 256;

    private readonly int _beginTokens;

    private LlamaModel(nint handle, DeviceChoice device)
    {
        Handle = handle;
        Device = device;
        Vocabulary = LlamaApi.llama_model_get_vocab(handle);
        VocabularySize = LlamaApi.llama_vocab_n_tokens(Vocabulary);
        EndTokens = [.. Enumerable.Range(0, VocabularySize).Where(EndsGeneration)];
        LongestPiece = Enumerable.Range(0, VocabularySize).Max(BytesOf);
        _beginTokens = Tokenize(new PromptPart("", true), addBegin: true).Length;
    }

    public nint Handle { get; private set; }

    /// <summary>What computes it.</summary>
    public DeviceChoice Device { get; }

    public nint Vocabulary { get; }

    public ulong Parameters => LlamaApi.llama_model_n_params(Handle);

    public ulong Bytes => LlamaApi.llama_model_size(Handle);

    public int TrainedContext => LlamaApi.llama_model_n_ctx_train(Handle);

    public int VocabularySize { get; }

    /// <summary>The tokens that end a generation.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Bytes of the longest token, as it may be written in a prompt.</summary>
    public int LongestPiece { get; }

    /// <summary>Numbers in an embedding.</summary>
    public int EmbeddingSize => LlamaApi.llama_model_n_embd(Handle);

    /// <summary>Whether its memory is one entry per token, so that a part can be forgotten or shared. A recurrent state is not.</summary>
    public bool CanShareMemory =>
        LlamaApi.llama_model_is_recurrent(Handle) == 0 && LlamaApi.llama_model_is_hybrid(Handle) == 0;

    public string Description
    {
        get
        {
            byte* buffer = stackalloc byte[PieceSize];
            LlamaApi.llama_model_desc(Handle, buffer, PieceSize);
            return Marshal.PtrToStringUTF8((nint)buffer)!;
        }
    }

    private bool GeneratesText => LlamaApi.llama_model_has_decoder(Handle) != 0
        && LlamaApi.llama_model_has_encoder(Handle) == 0
        && LlamaApi.llama_model_is_diffusion(Handle) == 0;

    /// <summary>Loads a model for a device.</summary>
    /// <exception cref="ModelException">The file is not one that this project can run, or the device has no room for it.</exception>
    public static LlamaModel Load(string path, DeviceChoice device)
    {
        // llama.cpp aborts on some files that are damaged.
        GgufHeader.Read(path);
        llama_model_params parameters = LlamaApi.llama_model_default_params();
        parameters.n_gpu_layers = device.Layers;
        parameters.split_mode = (int)device.Split;
        parameters.main_gpu = device.MainGpu;
        nint handle;

        // A list of its own, ended by 0, keeps llama.cpp from choosing, also when it is empty. It copies the list.
        fixed (nint* devices = (nint[])[.. device.Gpus.Select(gpu => gpu.Handle), 0])
        {
            parameters.devices = (nint)devices;
            handle = LlamaApi.llama_model_load_from_file(path, parameters);
        }

        if (handle == 0)
        {
            throw new ModelException($"llama.cpp cannot load {path} for {device.Description}: {LlamaLog.TakeErrors()}.");
        }

        var model = new LlamaModel(handle, device);
        if (model.GeneratesText)
        {
            return model;
        }

        model.Dispose();
        throw new ModelException($"The model {path} does not generate text token by token, and no other kind is supported.");
    }

    /// <summary>The tokens of a prompt, after the model's begin-of-text token where it has one.</summary>
    /// <remarks>
    /// It is tokenized as one text, as models were trained: a tokenizer may merge characters over the border of two parts, and one of
    /// SentencePiece may put a space before each text that it is given. Only where a part that is not the template's has control tokens
    /// written in it are the parts tokenized by themselves, so that these become plain text.
    /// </remarks>
    public int[] Tokenize(IReadOnlyList<PromptPart> parts)
    {
        string text = string.Concat(parts.Select(static part => part.Text));
        if (text.Length == 0)
        {
            return [];
        }

        int[] whole = Tokenize(new PromptPart(text, true), addBegin: true);
        if (parts.All(static part => part.IsTemplate))
        {
            return whole;
        }

        IEnumerable<int> own = parts.Where(static part => part.IsTemplate).SelectMany(part => Tokenize(part, addBegin: false)).Where(IsControl);
        return whole.Skip(_beginTokens).Where(IsControl).SequenceEqual(own)
            ? whole
            : [.. parts.SelectMany((part, i) => Tokenize(part, addBegin: i == 0))];
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

    /// <summary>The text of tokens.</summary>
    public string TextOf(IEnumerable<int> tokens)
    {
        var pieces = new Utf8Pieces();
        var text = new StringBuilder();
        byte[] buffer = new byte[PieceSize];
        foreach (int token in tokens)
        {
            text.Append(pieces.Add(PieceOf(token, ref buffer)));
        }

        return text.Append(pieces.Flush()).ToString();
    }

    public bool EndsGeneration(int token) => LlamaApi.llama_vocab_is_eog(Vocabulary, token) != 0;

    public void Dispose()
    {
        LlamaApi.llama_model_free(Handle);
        Handle = 0;
    }

    private int[] Tokenize(PromptPart part, bool addBegin)
    {
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

    private bool IsControl(int token) => LlamaApi.llama_vocab_is_control(Vocabulary, token) != 0;

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;

    /// <summary>Bytes of a token; of a control token, those of its name. At least 1.</summary>
    private int BytesOf(int token)
    {
        const byte WithControlTokens = 1;
        int bytes = LlamaApi.llama_token_to_piece(Vocabulary, token, null, 0, 0, WithControlTokens);
        return Math.Max(1, Math.Abs(bytes));
    }

    private int Piece(int token, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            return LlamaApi.llama_token_to_piece(Vocabulary, token, start, buffer.Length, 0, 0);
        }
    }
}
