namespace NodeBox.Toml.Syntax;

/// <summary>One part of a dotted key.</summary>
internal readonly record struct KeyPart(string Text, TomlPosition Position);

internal sealed partial class Parser
{
    /// <summary>A key of one or more parts, and the blanks around it.</summary>
    private List<KeyPart> Key()
    {
        var parts = new List<KeyPart>();
        do
        {
            _cursor.SkipBlanks();
            if (parts.Count == TomlDocument.MaxDepth)
            {
                throw Fault($"The key has more than {TomlDocument.MaxDepth} parts.");
            }

            parts.Add(SimpleKey());
            _cursor.SkipBlanks();
        }
        while (_cursor.TryTake('.'));

        return parts;
    }

    private KeyPart SimpleKey()
    {
        TomlPosition position = _cursor.Position;
        if (_cursor.At("\"\"\"") || _cursor.At("'''"))
        {
            throw Fault("A key cannot be a multi-line string: use one quote on each side.");
        }

        string key = _cursor.Current switch
        {
            '"' => BasicString(),
            '\'' => LiteralString(),
            _ => _cursor.TakeWhile(IsBareKey).ToString(),
        };
        if (key.Length == 0 && _cursor.Position == position)
        {
            throw Fault($"A key belongs here, not {Found()}: keys are made of A-Z, a-z, 0-9, - and _, or stand in quotes.");
        }

        return new KeyPart(key, position);
    }

    internal static bool IsBareKey(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';
}
