namespace NodeBox.Llama.Chat;

/// <summary>
/// Takes a tool call apart while it is being generated under <see cref="Grammars.ToolCallGrammar"/>: first its name, then its arguments as
/// they come. The grammar guarantees the form, so only its fixed parts are looked for.
/// </summary>
public sealed class ToolCallReader
{
    private const string BeforeName = "{\"name\":\"";
    private const string BeforeArguments = "\",\"arguments\":";

    private string _head = "";
    private char? _held;

    /// <summary>The tool's name, once it is complete.</summary>
    public string? Name { get; private set; }

    /// <summary>Adds generated text; the result is what it adds to the arguments.</summary>
    public string Add(string text)
    {
        if (Name is null)
        {
            _head += text;
            int nameEnd = _head.IndexOf(BeforeArguments, StringComparison.Ordinal);
            if (nameEnd < 0)
            {
                return "";
            }

            Name = _head[BeforeName.Length..nameEnd];
            text = _head[(nameEnd + BeforeArguments.Length)..];
        }

        if (text.Length == 0)
        {
            return "";
        }

        // The last character may be the brace that closes the call and is not part of the arguments.
        string arguments = _held + text[..^1];
        _held = text[^1];
        return arguments;
    }

    /// <summary>The rest of the arguments of a call that was cut off before its closing brace.</summary>
    public string CutOff()
    {
        string rest = _held?.ToString() ?? "";
        _held = null;
        return rest;
    }
}
