namespace NodeBox.Toml.Syntax;

/// <summary>Which keys and headers may follow which: a table is defined once, in one way, and values are never replaced.</summary>
internal static class Definitions
{
    /// <summary>The table of a <c>[name]</c> header.</summary>
    public static TomlTable OpenTable(TomlTable root, List<KeyPart> name, TomlPosition position)
    {
        TomlTable parent = Descend(root, name, position);
        KeyPart last = name[^1];
        if (!parent.TryGetEntry(last.Text, out TomlEntry? entry))
        {
            return Add(parent, last, position, TableOrigin.Header);
        }

        if (entry.Value is TomlTable { Origin: TableOrigin.Implicit } table)
        {
            table.Origin = TableOrigin.Header;
            table.Position = position;
            return table;
        }

        throw AlreadyDefined(last, entry);
    }

    /// <summary>A new last item of the array that a <c>[[name]]</c> header names.</summary>
    public static TomlTable OpenArrayItem(TomlTable root, List<KeyPart> name, TomlPosition position)
    {
        TomlTable parent = Descend(root, name, position);
        KeyPart last = name[^1];
        if (!parent.TryGetEntry(last.Text, out TomlEntry? entry))
        {
            entry = new TomlEntry(last.Text, last.Position, new TomlArray(position) { IsOfTables = true });
            parent.Add(entry);
        }

        if (entry.Value is not TomlArray { IsOfTables: true } array)
        {
            throw AlreadyDefined(last, entry);
        }

        var item = new TomlTable(position, TableOrigin.Header);
        array.Add(item);
        return item;
    }

    /// <summary>Sets a key, dotted or not, of the table that the header above it opened.</summary>
    public static void Define(TomlTable table, List<KeyPart> key, TomlValue value)
    {
        foreach (KeyPart part in key[..^1])
        {
            if (!table.TryGetEntry(part.Text, out TomlEntry? entry))
            {
                table = Add(table, part, part.Position, TableOrigin.Dotted);
            }
            else if (entry.Value is TomlTable { Origin: TableOrigin.Dotted } dotted)
            {
                table = dotted;
            }
            else
            {
                throw AlreadyDefined(part, entry);
            }
        }

        KeyPart last = key[^1];
        if (table.TryGetEntry(last.Text, out TomlEntry? existing))
        {
            throw AlreadyDefined(last, existing);
        }

        table.Add(new TomlEntry(last.Text, last.Position, value));
    }

    private static TomlTable Descend(TomlTable table, List<KeyPart> name, TomlPosition position)
    {
        foreach (KeyPart part in name[..^1])
        {
            if (!table.TryGetEntry(part.Text, out TomlEntry? entry))
            {
                table = Add(table, part, position, TableOrigin.Implicit);
                continue;
            }

            table = entry.Value switch
            {
                TomlTable { Origin: not TableOrigin.Inline } existing => existing,
                TomlArray { IsOfTables: true } array => (TomlTable)array.Items[^1],
                _ => throw AlreadyDefined(part, entry),
            };
        }

        return table;
    }

    private static TomlTable Add(TomlTable parent, KeyPart key, TomlPosition position, TableOrigin origin)
    {
        var table = new TomlTable(position, origin);
        parent.Add(new TomlEntry(key.Text, key.Position, table));
        return table;
    }

    private static SyntaxFault AlreadyDefined(KeyPart key, TomlEntry entry)
    {
        string what = entry.Value switch
        {
            TomlTable { Origin: TableOrigin.Inline } => "an inline table, which is complete where it stands",
            TomlTable => "a table",
            TomlArray { IsOfTables: true } => "an array of tables",
            _ => "a value",
        };
        return new SyntaxFault(key.Position, $"{Text.Quote(key.Text)} was already defined on line {entry.KeyPosition.Line}, as {what}.");
    }
}
