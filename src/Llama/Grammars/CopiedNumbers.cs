using System.Globalization;
using System.Text.RegularExpressions;
using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// The numbers that a model may say because it read them. Copied arguments of calls, and numbers in a call's texts, are numbers of the
/// requests; numbers in an answer are those of the requests and of the results. A small model then only has to know which number is
/// meant, not to spell it.
/// </summary>
public sealed partial class CopiedNumbers
{
    // What a result's payload holds besides is no number that anybody means, and grammars cost time.
    private const int MaxNumbers = 512;

    // A text of a call as JSON: printable ASCII that needs no escape, without digits.
    private const string NoDigitInJson = "[ !#-/:-[\\]-~]";

    private readonly HashSet<string> _arguments;
    private readonly string[] _asked;
    private readonly string[] _read;

    private CopiedNumbers(IEnumerable<string> arguments, string[] asked, string[] read)
    {
        _arguments = [.. arguments];
        _asked = asked;
        _read = read;
    }

    /// <param name="turns">What was said.</param>
    /// <param name="arguments">Names of the integer arguments that are copied; others are as their tool's schema says.</param>
    public static CopiedNumbers Of(IReadOnlyList<ChatMessage> turns, IEnumerable<string> arguments)
    {
        IEnumerable<string> requests = turns.Where(static turn => turn.Role == ChatRole.User).Select(static turn => turn.Content);
        IEnumerable<string> results = turns.Where(static turn => turn.Role == ChatRole.Tool).Select(static turn => turn.Content);
        return new CopiedNumbers(arguments, Numbers(requests), Numbers(requests.Concat(results)));
    }

    /// <summary>An expression for a copied argument, or null for one that is not, and where no number fits.</summary>
    internal string? Integer(string path, NumberBounds bounds)
    {
        if (!_arguments.Contains(path[(path.LastIndexOf('/') + 1)..]))
        {
            return null;
        }

        string[] fitting = [.. _asked.Where(number => IsInteger(number, bounds))];
        return fitting.Length == 0 ? null : $"( {Choice(fitting)} )";
    }

    /// <summary>An expression for a text of a call, in quotes. It is not bounded.</summary>
    internal string Text(SchemaGrammar grammar) =>
        $"\"\\\"\" {Rest(NoDigitInJson, NoDigitInJson + "*", Rule(grammar, "asked", _asked))} \"\\\"\"";

    /// <summary>An expression for a text that is no call, or for none.</summary>
    /// <param name="grammar">Gets the rules that it needs.</param>
    /// <param name="call">What calls begin with, as members of a character class.</param>
    internal string Answer(SchemaGrammar grammar, string call) => Rest("[^0-9]", $"( [^{call}0-9] [^0-9]* )?", Rule(grammar, "read", _read));

    /// <summary>Numbers with other characters between them: two of them side by side would make another.</summary>
    private static string Rest(string other, string begin, string? number) =>
        number is null ? begin : $"{begin} ( {number} {other}+ )* {number}?";

    private static string? Rule(SchemaGrammar grammar, string name, string[] numbers) =>
        numbers.Length == 0 ? null : grammar.Shared(name, Choice(numbers));

    private static string Choice(IEnumerable<string> numbers) => string.Join(" | ", numbers.Select(Gbnf.Literal));

    private static bool IsInteger(string digits, NumberBounds bounds) =>
        (digits == "0" || digits[0] != '0')
        && decimal.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out decimal number)
        && bounds.Contains(number);

    private static string[] Numbers(IEnumerable<string> texts) =>
        [.. texts.SelectMany(static text => DigitRun().Matches(text)).Select(static run => run.Value).Distinct().Take(MaxNumbers)];

    // Longer runs are no numbers that anybody asks about.
    [GeneratedRegex("(?<![0-9])[0-9]{1,20}(?![0-9])")]
    private static partial Regex DigitRun();
}
