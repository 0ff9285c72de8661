using System.Text;
using System.Text.RegularExpressions;

namespace NodeBox.Llama.Tests.Grammars;

/// <summary>Turns a GBNF grammar without recursion into a regular expression, to ask it about any text without a model.</summary>
internal static partial class GbnfRegex
{
    public static Regex Of(string grammar)
    {
        Dictionary<string, string> rules = grammar.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(" ::= ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
        return OfExpression(rules["root"], rules);
    }

    public static Regex OfExpression(string expression, IReadOnlyDictionary<string, string>? rules = null) =>
        new($@"\A(?:{Translate(expression, rules ?? new Dictionary<string, string>())})\z", RegexOptions.Singleline);

    private static string Translate(string expression, IReadOnlyDictionary<string, string> rules)
    {
        var regex = new StringBuilder();
        foreach (Match token in Tokens().Matches(expression))
        {
            string text = token.Value;
            regex.Append(text[0] switch
            {
                ' ' => "",
                '"' => $"(?:{Regex.Escape(text[1..^1].Replace("\\\"", "\"").Replace("\\\\", "\\").Replace("\\n", "\n"))})",
                '[' => text[1..^1].Contains('[') ? $"[{text[1..^1].Replace("[", "\\[")}]" : text,
                >= 'a' and <= 'z' => $"(?:{Translate(rules[text], rules)})",
                _ => text,
            });
        }

        return regex.ToString();
    }

    // Literals, classes, rule names, repetitions, and single operators.
    [GeneratedRegex("""(?:"(?:[^"\\]|\\.)*")|\[(?:[^\]\\]|\\.)*\]|[a-z][a-z0-9]*|\{[0-9,]+\}| +|.""")]
    private static partial Regex Tokens();
}
