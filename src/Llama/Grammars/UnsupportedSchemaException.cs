namespace NodeBox.Llama.Grammars;

/// <summary>A tool's parameter schema uses something that cannot be kept exactly.</summary>
/// <param name="path">The tool and the properties that lead to the schema, as in "lookup/customer/id".</param>
/// <param name="problem">What it uses, as the end of a sentence.</param>
public sealed class UnsupportedSchemaException(string path, string problem) : Exception($"The schema of {path} {problem}.")
{
    public string Path { get; } = path;
}
