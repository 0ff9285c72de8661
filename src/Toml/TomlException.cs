namespace NodeBox.Toml;

/// <summary>A file that cannot be used. <see cref="Errors"/> holds at least one error, by file and line.</summary>
public sealed class TomlException(IReadOnlyList<TomlError> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<TomlError> Errors { get; } = errors;
}
