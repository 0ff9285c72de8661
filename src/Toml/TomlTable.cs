using System.Diagnostics.CodeAnalysis;

namespace NodeBox.Toml;

/// <summary>A key with its place in the file and its value.</summary>
public sealed record TomlEntry(string Key, TomlPosition KeyPosition, TomlValue Value);

/// <summary>How a table came to be, which decides what may still add to it.</summary>
internal enum TableOrigin
{
    /// <summary>The file itself, or a <c>[header]</c>.</summary>
    Header,

    /// <summary>Named only on the way to another header, as <c>a</c> in <c>[a.b]</c>: its own header may still come.</summary>
    Implicit,

    /// <summary>Made by a dotted key, as <c>a</c> in <c>a.b = 1</c>.</summary>
    Dotted,

    /// <summary>Written in braces: complete where it stands.</summary>
    Inline,
}

/// <summary>Keys and values in the order of the file.</summary>
public sealed class TomlTable : TomlValue
{
    private readonly OrderedDictionary<string, TomlEntry> _entries = [];

    internal TomlTable(TomlPosition position, TableOrigin origin)
        : base(TomlKind.Table, position)
    {
        Origin = origin;
    }

    public IReadOnlyList<TomlEntry> Entries => _entries.Values;

    internal TableOrigin Origin { get; set; }

    public TomlValue? this[string key] => _entries.GetValueOrDefault(key)?.Value;

    public bool TryGetEntry(string key, [NotNullWhen(true)] out TomlEntry? entry) => _entries.TryGetValue(key, out entry);

    internal void Add(TomlEntry entry) => _entries.Add(entry.Key, entry);
}
