using System.Text;

namespace NodeBox.Llama.Chat;

/// <summary>A piece of one of the calls in a text.</summary>
/// <param name="Index">Which call, from 0.</param>
/// <param name="Name">The tool's name; in the first piece of a call only.</param>
/// <param name="Arguments">What the piece adds to the arguments.</param>
public readonly record struct ToolCallPiece(int Index, string? Name, string Arguments);

/// <summary>
/// Takes tool calls apart while they are being generated under <see cref="Grammars.ToolCallGrammar"/>: of each first its name, then its
/// arguments as they come. The grammar guarantees the form, so only its fixed parts are looked for, and where the arguments' object ends.
/// </summary>
public sealed class ToolCallReader
{
    private const string BeforeName = "{\"name\":\"";
    private const string BeforeArguments = "\",\"arguments\":";

    private readonly StringBuilder _head = new();
    private int _index;
    private int _depth;
    private bool _inArguments;
    private bool _inString;
    private bool _escaped;

    /// <summary>Adds generated text; the result is what it adds to the calls.</summary>
    public IReadOnlyList<ToolCallPiece> Add(string text)
    {
        var pieces = new List<ToolCallPiece>();
        string? name = null;
        int begin = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (!_inArguments)
            {
                name = AddToHead(text[i]);
                begin = i + 1;
            }
            else if (EndsArguments(text[i]))
            {
                pieces.Add(new ToolCallPiece(_index, name, text[begin..(i + 1)]));
                name = null;
                _index++;
                _inArguments = false;
            }
        }

        if (_inArguments && (name is not null || begin < text.Length))
        {
            pieces.Add(new ToolCallPiece(_index, name, text[begin..]));
        }

        return pieces;
    }

    /// <summary>The name, once the head of a call is complete. What closes the call before belongs to no head.</summary>
    private string? AddToHead(char character)
    {
        if (_head.Length == 0 && character != '{')
        {
            return null;
        }

        _head.Append(character);
        string head = _head.ToString();
        if (!head.EndsWith(BeforeArguments, StringComparison.Ordinal))
        {
            return null;
        }

        _head.Clear();
        _inArguments = true;
        return head[BeforeName.Length..^BeforeArguments.Length];
    }

    private bool EndsArguments(char character)
    {
        if (_inString)
        {
            _inString = _escaped || character != '"';
            _escaped = !_escaped && character == '\\';
            return false;
        }

        _inString = character == '"';
        _depth += character switch
        {
            '{' or '[' => 1,
            '}' or ']' => -1,
            _ => 0,
        };
        return _depth == 0;
    }
}
