using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>The text of a reply that nobody computed: the shortest that its grammar allows, or words of no meaning.</summary>
/// <param name="Pieces">What each token adds.</param>
/// <param name="Finish">Why it ends.</param>
internal sealed record ReplyText(IReadOnlyList<string> Pieces, FinishReason Finish)
{
    // None of them begins like a call, and no number is in them.
    private static readonly string[] s_words = ["one ", "two ", "six ", "ten "];

    /// <summary>The text that the grammar of a request demands; null where words will do.</summary>
    /// <exception cref="ArgumentException">The grammar is wrong.</exception>
    public static string? Demanded(GenerationRequest request)
    {
        if (request.Grammar is null)
        {
            return null;
        }

        try
        {
            return ShortestText.Of(request.Grammar) is { Length: > 0 } text ? text : null;
        }
        catch (FormatException e)
        {
            throw new ArgumentException(e.Message, nameof(request));
        }
    }

    /// <param name="request">The request.</param>
    /// <param name="demanded">What it demands; null for words.</param>
    /// <param name="tokens">How many tokens it is to have; null for as many as the text makes.</param>
    public static ReplyText Of(GenerationRequest request, string? demanded, int? tokens)
    {
        int wanted = tokens ?? BytePieces.CountOf(demanded ?? "");
        int asked = request.IgnoreEnd ? int.MaxValue : Math.Max(wanted, request.MinTokens);
        int count = Math.Clamp(asked, 1, request.MaxTokens);
        string[] pieces = demanded is null
            ? [.. Enumerable.Range(0, count).Select(static i => s_words[i % s_words.Length])]
            : [.. Cut(demanded, Math.Max(1, wanted)).Take(count)];
        return Stopped(pieces, request) ?? new ReplyText(pieces, asked > request.MaxTokens ? FinishReason.Length : FinishReason.Stop);
    }

    private static IEnumerable<string> Cut(string text, int pieces) => Enumerable.Range(0, pieces).Select(
        i => text[(int)((long)text.Length * i / pieces)..(int)((long)text.Length * (i + 1) / pieces)]);

    /// <summary>The text up to the first of its stop texts; null if there is none in it.</summary>
    private static ReplyText? Stopped(string[] pieces, GenerationRequest request)
    {
        string text = string.Concat(pieces);
        int free = pieces.Take(request.MinTokens).Sum(static piece => piece.Length);
        (int At, string Stop)[] found = [.. request.Stop
            .Select(stop => (At: text.IndexOf(stop, free, StringComparison.Ordinal), Stop: stop))
            .Where(static stop => stop.At >= 0)];
        if (found.Length == 0)
        {
            return null;
        }

        (int end, string first) = found.MinBy(static stop => stop.At);
        var kept = new List<string>();
        int at = 0;
        for (int i = 0; at < end + first.Length; i++)
        {
            kept.Add(pieces[i][..Math.Clamp(end - at, 0, pieces[i].Length)]);
            at += pieces[i].Length;
        }

        return new ReplyText(kept, FinishReason.Stop);
    }
}
