namespace NodeBox.Toml.Syntax;

/// <summary>Leaves the rest of an expression unread; the parser reports it and goes on at a line end.</summary>
internal sealed class SyntaxFault(TomlPosition position, string message) : Exception(message)
{
    public TomlPosition Position { get; } = position;
}
