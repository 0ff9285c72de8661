namespace NodeBox.Llama.Grammars;

/// <summary>Where in a document a schema stands.</summary>
/// <param name="References">The document's references.</param>
/// <param name="Path">The names that lead to the schema, for errors.</param>
/// <param name="Depth">Objects and arrays around it.</param>
internal sealed record SchemaScope(SchemaReferences References, string Path, int Depth = 0)
{
    private const int MaxDepth = 16;

    /// <summary>The schema of a member, or of the items of an array.</summary>
    public SchemaScope Into(string name) => this with { Path = $"{Path}/{name}", Depth = Depth + 1 };

    /// <summary>The same place under a name, for one of several schemas of it.</summary>
    public SchemaScope Beside(string name) => this with { Path = $"{Path}/{name}" };

    public void CheckDepth()
    {
        if (Depth > MaxDepth)
        {
            throw Unsupported($"is nested deeper than {MaxDepth} levels");
        }
    }

    /// <summary>The error for what this schema does.</summary>
    public UnsupportedSchemaException Unsupported(string problem) => new(Path, problem);
}
