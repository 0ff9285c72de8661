using NodeBox.Toml.Syntax;

namespace NodeBox.Toml;

/// <summary>
/// A TOML 1.0 file (https://toml.io/en/v1.0.0) as a tree that knows its line numbers. The reader is for configuration by
/// people: it bounds size and nesting, and reports as many syntax errors as it can in one go, at most one a line.
/// </summary>
public sealed class TomlDocument
{
    /// <summary>Files above this many bytes are refused.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Arrays, inline tables and dotted names nested deeper than this are refused.</summary>
    public const int MaxDepth = 64;

    private TomlDocument(string file, TomlTable root)
    {
        File = file;
        Root = root;
    }

    /// <summary>The name that errors carry.</summary>
    public string File { get; }

    public TomlTable Root { get; }

    /// <param name="path">a file of at most <see cref="MaxBytes"/> bytes of UTF-8; errors name it as given here.</param>
    /// <exception cref="TomlException">if it cannot be read or is not TOML.</exception>
    public static TomlDocument Load(string path)
    {
        byte[] bytes = new byte[MaxBytes + 1];
        try
        {
            using FileStream stream = System.IO.File.OpenRead(path);
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Parse(bytes.AsSpan(0, length), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Unusable(path, TomlPosition.Start, $"The file cannot be read: {error.Message}");
        }
    }

    /// <exception cref="TomlException">if the bytes are not UTF-8, or not TOML.</exception>
    public static TomlDocument Parse(ReadOnlySpan<byte> utf8, string file)
    {
        if (utf8.Length > MaxBytes)
        {
            throw Unusable(file, TomlPosition.Start, $"The file is larger than {MaxBytes} bytes, which is the most this reader takes.");
        }

        if (SourceText.FindInvalidUtf8(utf8) is { } position)
        {
            throw Unusable(file, position, "This is not UTF-8 text: save the file as UTF-8.");
        }

        return ParseText(SourceText.Decode(utf8), file);
    }

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte}, string)"/>
    public static TomlDocument Parse(string text, string file)
    {
        if (text.Length > MaxBytes)
        {
            throw Unusable(
                file, TomlPosition.Start, $"The text is longer than {MaxBytes} characters, which is the most this reader takes.");
        }

        return ParseText(text, file);
    }

    /// <summary>The typed view of the whole file, which adds what it finds wrong to <paramref name="errors"/>.</summary>
    public TomlSection Section(TomlErrors errors) => TomlSection.Of(this, errors);

    private static TomlDocument ParseText(string text, string file)
    {
        var errors = new TomlErrors();
        SourceText.CheckCharacters(text, file, errors);
        errors.ThrowIfAny();
        TomlTable root = new Parser(text, file, errors).Document();
        errors.ThrowIfAny();
        return new TomlDocument(file, root);
    }

    private static TomlException Unusable(string file, TomlPosition position, string message) =>
        new TomlException([new TomlError(file, position.Line, position.Column, message)]);
}
