namespace NodeBox.Toml.Syntax;

/// <summary>Guesses from a line's look alone, for recovery: it must be cheap and may be wrong.</summary>
internal static class LineShape
{
    /// <summary>Whether a line looks like <c>key = …</c> or <c>[header]</c>.</summary>
    public static bool StartsExpression(ReadOnlySpan<char> line)
    {
        line = line.Trim(" \t\r");
        bool isHeader = line.StartsWith('[');
        line = line.TrimStart('[');
        int keyLength = KeyLength(line);
        ReadOnlySpan<char> after = line[keyLength..];
        if (keyLength == 0)
        {
            return false;
        }

        if (!isHeader)
        {
            return after.StartsWith('=');
        }

        ReadOnlySpan<char> rest = after.TrimStart("] \t");
        return after.StartsWith(']') && (rest.IsEmpty || rest.StartsWith('#'));
    }

    private static int KeyLength(ReadOnlySpan<char> line)
    {
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            if (quote != '\0')
            {
                quote = line[i] == quote ? '\0' : quote;
            }
            else if (line[i] is '"' or '\'')
            {
                quote = line[i];
            }
            else if (!Parser.IsBareKey(line[i]) && line[i] is not ('.' or ' ' or '\t'))
            {
                return i;
            }
        }

        return line.Length;
    }
}
