using System.Text;

namespace NodeBox.Training.Domain;

/// <summary>Puts clauses together to a request, and remembers which templates it took.</summary>
internal sealed class Composer(Draw draw)
{
    private readonly StringBuilder _template = new();

    /// <summary>The request, or null where its phrasing is on the other side of the split.</summary>
    public string? Request(IReadOnlyList<Clause> clauses)
    {
        string request = Sentences(clauses);
        string closer = draw.Pick(Phrases.Closers);
        _template.Append(closer);
        return Split.IsHeldOutPhrasing(TakeTemplate()) == draw.Difficulty.Phrasings ? request + Named(closer) : null;
    }

    /// <summary>Imperatives as one phrase without an end.</summary>
    public string Join(IReadOnlyList<Clause> clauses)
    {
        var text = new StringBuilder();
        string joiner = draw.Pick(Phrases.Joiners[..4]);
        for (int i = 0; i < clauses.Count; i++)
        {
            // Of three, the first two may stand without a word between them.
            string between = i == 0 ? "" : i < clauses.Count - 1 ? ", " : joiner;
            text.Append(between).Append(clauses[i].Text);
            _template.Append(between).Append(clauses[i].Template);
        }

        return text.ToString();
    }

    /// <summary>The templates taken since this was last asked.</summary>
    public string TakeTemplate()
    {
        string template = _template.ToString();
        _template.Clear();
        return template;
    }

    private string Sentences(IReadOnlyList<Clause> clauses)
    {
        if (!clauses.Any(static clause => clause.IsQuestion) && !draw.OneIn(3))
        {
            string opener = draw.Pick(Phrases.Openers);
            _template.Append(opener);
            return Sentence(Named(opener) + Join(clauses)) + ".";
        }

        var text = new StringBuilder();
        string start = draw.Pick(Phrases.QuestionOpeners);
        _template.Append(start);
        text.Append(Named(start));
        for (int i = 0; i < clauses.Count; i++)
        {
            string then = i > 0 && !clauses[i].IsQuestion ? draw.Pick(["", "Then ", "After that, ", "And "]) : "";
            _template.Append(then).Append(clauses[i].Template);
            text.Append(i > 0 ? " " : "").Append(Sentence(then + clauses[i].Text)).Append(clauses[i].IsQuestion ? '?' : '.');
        }

        return text.ToString();
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private string Named(string text) => text.Contains("{n}") ? text.Replace("{n}", draw.Name()) : text;
}
