namespace NodeBox.Toml;

/// <summary>One thing wrong with a file; <see cref="Message"/> is a sentence that a person can act on.</summary>
public sealed record TomlError(string File, int Line, int Column, string Message)
{
    /// <summary>The form that editors and terminals can jump to: <c>roles.toml:12:8: …</c>.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}";
}
