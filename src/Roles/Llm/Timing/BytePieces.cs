using System.Text;
using NodeBox.Llama.Chat;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>
/// How a text is counted where there is no tokenizer: a token is up to three bytes of its UTF-8. The token is these bytes, so that they can
/// be read back.
/// </summary>
internal static class BytePieces
{
    public const int TokenBytes = 3;

    // The bytes, and before them how many they are.
    private const int LengthShift = 8 * TokenBytes;

    /// <summary>Tokens are numbered from 0 to one less.</summary>
    public const int VocabularySize = (TokenBytes + 1) << LengthShift;

    public static int CountOf(string text) => (Encoding.UTF8.GetByteCount(text) + TokenBytes - 1) / TokenBytes;

    public static int[] TokensOf(IEnumerable<PromptPart> prompt) =>
        [.. Encoding.UTF8.GetBytes(string.Concat(prompt.Select(static part => part.Text))).Chunk(TokenBytes).Select(TokenOf)];

    /// <exception cref="ArgumentException">It is no such token.</exception>
    public static string TextOf(IEnumerable<int> tokens) => Encoding.UTF8.GetString([.. tokens.SelectMany(BytesOf)]);

    public static void Check(int token)
    {
        if (token is < 1 << LengthShift or >= VocabularySize)
        {
            throw new ArgumentOutOfRangeException(nameof(token), token, "It is no token as /tokenize gives them here.");
        }
    }

    private static int TokenOf(byte[] bytes)
    {
        int token = bytes.Length;
        for (int i = 0; i < TokenBytes; i++)
        {
            token = (token << 8) | (i < bytes.Length ? bytes[i] : 0);
        }

        return token;
    }

    private static IEnumerable<byte> BytesOf(int token)
    {
        Check(token);
        int length = token >> LengthShift;
        for (int i = 0; i < length; i++)
        {
            yield return (byte)(token >> (LengthShift - (8 * (i + 1))));
        }
    }
}
