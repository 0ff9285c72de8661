using System.Globalization;
using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Models;

/// <summary>
/// A SentencePiece vocabulary: control tokens, one token per byte so that any text can be written, printable ASCII, and the words of the
/// testbed. llama.cpp merges neighbouring pieces pair by pair, so every prefix of a word is a token too.
/// </summary>
internal sealed class Vocabulary
{
    private const int Normal = 1;
    private const int Unknown = 2;
    private const int Control = 3;
    private const int Byte = 6;

    private const float CharacterScore = -1000;
    private const float FillerScore = -2000;
    private const float ScoreStep = 0.001f;
    private const char SpaceMark = '\u2581';

    private readonly List<string> _tokens = [];
    private readonly List<float> _scores = [];
    private readonly List<int> _types = [];
    private readonly HashSet<string> _known = [];

    public Vocabulary(IEnumerable<string> words)
    {
        UnknownId = Add("<unk>", 0, Unknown);
        BeginId = Add("<s>", 0, Control);
        Add("</s>", 0, Control);
        for (int value = 0; value < 256; value++)
        {
            Add($"<0x{value:X2}>", 0, Byte);
        }

        Add("<|im_start|>", 0, Control);
        EndOfTurnId = Add("<|im_end|>", 0, Control);
        for (char character = '!'; character <= '~'; character++)
        {
            Add(character.ToString(), CharacterScore, Normal);
        }

        Add(SpaceMark.ToString(), CharacterScore, Normal);
        AddWords(words);
    }

    public int Count => _tokens.Count;

    /// <summary>Adds words of no meaning, up to <paramref name="count"/> tokens. No text is made of them, but a model may say them.</summary>
    public void FillUp(int count)
    {
        while (Count < count)
        {
            Add(string.Create(CultureInfo.InvariantCulture, $"{SpaceMark}word{Count}"), FillerScore, Normal);
        }
    }

    public int UnknownId { get; }

    public int BeginId { get; }

    public int EndOfTurnId { get; }

    public void WriteTo(GgufWriter file)
    {
        file.Add("tokenizer.ggml.model", "llama");
        file.Add("tokenizer.ggml.pre", "default");
        file.Add("tokenizer.ggml.tokens", _tokens);
        file.Add("tokenizer.ggml.scores", _scores);
        file.Add("tokenizer.ggml.token_type", _types);
        file.Add("tokenizer.ggml.bos_token_id", (uint)BeginId);
        file.Add("tokenizer.ggml.eos_token_id", (uint)EndOfTurnId);
        file.Add("tokenizer.ggml.unknown_token_id", (uint)UnknownId);
        file.Add("tokenizer.ggml.add_bos_token", true);
        file.Add("tokenizer.ggml.add_eos_token", false);
        file.Add("tokenizer.ggml.add_space_prefix", false);
    }

    private void AddWords(IEnumerable<string> words)
    {
        float score = -1;
        foreach (string word in words.Select(word => word.Replace(' ', SpaceMark)))
        {
            for (int length = 2; length <= word.Length; length++)
            {
                if (!_known.Contains(word[..length]))
                {
                    Add(word[..length], score, Normal);
                    score -= ScoreStep;
                }
            }
        }
    }

    private int Add(string token, float score, int type)
    {
        _known.Add(token);
        _tokens.Add(token);
        _scores.Add(score);
        _types.Add(type);
        return _tokens.Count - 1;
    }
}
