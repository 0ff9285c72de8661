namespace NodeBox.Configuration;

/// <summary>What testbeds and nodes may be called, as kernel objects and files bear their names.</summary>
internal static class RuleOfNames
{
    /// <summary>Whether <paramref name="name"/> is 1 to <paramref name="longest"/> of a-z, 0-9 and <paramref name="separator"/>.</summary>
    public static bool Holds(string name, int longest, char separator) =>
        name.Length > 0 && name.Length <= longest && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == separator);
}
