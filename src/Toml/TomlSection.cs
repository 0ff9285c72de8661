using NodeBox.Toml.Sections;

namespace NodeBox.Toml;

/// <summary>
/// Typed access to one table of a configuration file. Nothing here throws for what a person wrote: a value of the wrong
/// type, out of range or missing adds an error with its line, and reading goes on with the default, so that one pass over
/// a file finds everything. Every key asked for becomes a known key; <see cref="RejectUnknown"/> reports the others.
/// A section that is not in the file is empty: its keys read as their defaults.
/// </summary>
public sealed partial class TomlSection
{
    private readonly HashSet<string> _known = [];
    private readonly TomlTable _table;
    private readonly string _file;
    private readonly TomlErrors _errors;
    private readonly TomlSection? _defaults;

    private TomlSection(TomlTable table, string file, string path, TomlErrors errors, bool exists, TomlSection? defaults = null)
    {
        _table = table;
        _file = file;
        _errors = errors;
        _defaults = defaults;
        Path = path;
        Exists = exists;
    }

    /// <summary>The dotted name from the top of the file, such as <c>nodes.n3.llm</c>; empty for the file itself.</summary>
    public string Path { get; }

    /// <summary>The last part of <see cref="Path"/>: the table's key, or <c>steps[0]</c> in an array of tables.</summary>
    public string Name { get; private init; } = "";

    /// <summary>Whether the file has this table.</summary>
    public bool Exists { get; }

    public TomlPosition Position => _table.Position;

    /// <summary>The keys in the order of the file, without those of the defaults.</summary>
    public IEnumerable<string> Keys => _table.Entries.Select(entry => entry.Key);

    internal static TomlSection Of(TomlDocument document, TomlErrors errors) =>
        new TomlSection(document.Root, document.File, "", errors, exists: true);

    /// <summary>This section over another: keys that are missing here are read from <paramref name="section"/>.</summary>
    public TomlSection WithDefaults(TomlSection section) => new TomlSection(_table, _file, Path, _errors, Exists, section) { Name = Name };

    /// <summary>Whether the key is in the file, here or in the defaults.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>The value as the file has it, for shapes that have no method here; null if it is missing.</summary>
    public TomlValue? Value(string key) => Find(key)?.Value;

    /// <summary>The table under a key, here or, if it is missing here, in the defaults.</summary>
    public TomlSection Section(string key)
    {
        if (Find(key) is not { } found)
        {
            return new TomlSection(Empty(Position), _file, Join(key), _errors, exists: false) { Name = key };
        }

        if (found.Value is TomlTable child)
        {
            return found.Section.Child(key, key, child);
        }

        // What follows from the wrong shape, such as keys that are missing, is not worth reporting: it goes to a list of its own.
        found.Section.Mistyped(found, "a table");
        return new TomlSection(Empty(found.Value.Position), _file, Join(key), new TomlErrors(), exists: false) { Name = key };
    }

    /// <summary>
    /// The tables under a key, in the order of the file: those of an array of tables (<c>[[steps]]</c>), or the named ones
    /// of a table (<c>[nodes.n1]</c>). None if the key is missing.
    /// </summary>
    public IReadOnlyList<TomlSection> Sections(string key)
    {
        if (Find(key) is not { } found)
        {
            return [];
        }

        return found.Value switch
        {
            TomlArray array => found.Section.Items(key, array),
            TomlTable => Section(key).Children(),
            _ => found.Section.Nothing(found),
        };
    }

    /// <summary>Adds an error at a key's value, or at the section if the key is missing. It reads "path.key: message".</summary>
    public void Error(string key, string message)
    {
        if (Find(key) is { } found)
        {
            found.Section.ErrorAt(found.Value.Position, Shown.Key(key), message);
        }
        else
        {
            ErrorAt(Position, Shown.Key(key), message);
        }
    }

    /// <summary>Adds an error at a place inside a key's value, such as an item of its array.</summary>
    /// <param name="position">The place.</param>
    /// <param name="path">The way there from this section, as it is to be shown: <c>arguments.list[2]</c>.</param>
    /// <param name="message">What is wrong.</param>
    public void ErrorAt(TomlPosition position, string path, string message) =>
        _errors.Add(_file, position, Path.Length == 0 ? $"{path}: {message}" : $"{Path}.{path}: {message}");

    /// <summary>Adds an error at the section as a whole.</summary>
    public void Error(string message) => _errors.Add(_file, Position, Path.Length == 0 ? message : $"{Path}: {message}");

    /// <summary>Reports every key that no one has asked for. Call it last.</summary>
    public void RejectUnknown()
    {
        foreach (TomlEntry? entry in _table.Entries.Where(entry => !_known.Contains(entry.Key)))
        {
            ErrorAt(entry.KeyPosition, Shown.Key(entry.Key), $"unknown key: {Suggestion.For(entry.Key, _known)}");
        }

        _defaults?.RejectUnknown();
    }

    private Found? Find(string key)
    {
        _known.Add(key);
        Found? below = _defaults?.Find(key);
        return _table.TryGetEntry(key, out TomlEntry? entry) ? new Found(this, key, entry.Value) : below;
    }

    private List<TomlSection> Items(string key, TomlArray array)
    {
        var items = new List<TomlSection>();
        foreach ((int index, TomlValue? item) in array.Items.Index())
        {
            string name = $"{key}[{index}]";
            if (item is TomlTable itemTable)
            {
                items.Add(Child(key, name, itemTable));
            }
            else
            {
                Mistyped(new Found(this, name, item), "a table");
            }
        }

        return items;
    }

    private List<TomlSection> Children()
    {
        var children = new List<TomlSection>();
        foreach (TomlEntry entry in _table.Entries)
        {
            if (entry.Value is TomlTable)
            {
                children.Add(Section(entry.Key));
            }
            else
            {
                Mistyped(Find(entry.Key)!, "a table");
            }
        }

        return children;
    }

    private List<TomlSection> Nothing(Found found)
    {
        Mistyped(found, "tables");
        return [];
    }

    private TomlSection Child(string key, string name, TomlTable child)
    {
        string path = name == key ? Join(key) : Join(key) + name[key.Length..];
        return new TomlSection(child, _file, path, _errors, exists: true) { Name = name };
    }

    private void Mistyped(Found found, string expected)
    {
        string message = $"{Shown.Value(found.Value)} is {Shown.Kind(found.Value.Kind)}: write {expected}";
        ErrorAt(found.Value.Position, Shown.Key(found.Key), message);
    }

    private string Join(string key) => Path.Length == 0 ? Shown.Key(key) : $"{Path}.{Shown.Key(key)}";

    private static TomlTable Empty(TomlPosition position) => new TomlTable(position, TableOrigin.Implicit);

    /// <summary>A value and the section that holds it: this one, or one below that gives defaults.</summary>
    private sealed record Found(TomlSection Section, string Key, TomlValue Value);
}
