using System.Text;

namespace NodeBox.Llama.Inference;

/// <summary>
/// Makes text of bytes that come in any pieces: an incomplete character is held back until it is whole, and what is not UTF-8 becomes
/// U+FFFD.
/// </summary>
internal sealed class Utf8Pieces
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The characters that these bytes complete.</summary>
    public string Add(ReadOnlySpan<byte> bytes) => Decode(bytes, flush: false);

    /// <summary>U+FFFD if a character was left incomplete, else nothing.</summary>
    public string Flush() => Decode([], flush: true);

    private string Decode(ReadOnlySpan<byte> bytes, bool flush)
    {
        char[] characters = new char[_decoder.GetCharCount(bytes, flush)];
        _decoder.GetChars(bytes, characters, flush);
        return new string(characters);
    }
}
