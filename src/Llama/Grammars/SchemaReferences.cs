using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// The local references ("#/$defs/name") of one document. Each becomes a rule of its own, so a schema may contain itself, but only inside
/// of an object or array that comes between.
/// </summary>
internal sealed class SchemaReferences(SchemaGrammar grammar, JsonElement root)
{
    private readonly Dictionary<string, string> _rules = [];

    // Reference to the depth at which it is being translated.
    private readonly Dictionary<string, int> _open = [];

    /// <summary>The rule of what a reference names.</summary>
    /// <exception cref="UnsupportedSchemaException">It is not local, names nothing, or names itself.</exception>
    public string Rule(JsonElement reference, SchemaScope scope)
    {
        string pointer = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : reference.GetRawText();
        if (_open.TryGetValue(pointer, out int depth) && depth == scope.Depth)
        {
            throw scope.Unsupported($"has the reference '{pointer}' that leads to itself");
        }

        if (_rules.TryGetValue(pointer, out string? rule))
        {
            return rule;
        }

        JsonElement schema = Find(pointer)
            ?? throw scope.Unsupported($"has the reference '{pointer}', which names nothing in its document");
        rule = grammar.ReserveRule(scope.Path);
        _rules[pointer] = rule;
        _open[pointer] = scope.Depth;
        grammar.CompleteRule(rule, grammar.Expression(schema, scope), scope.Path);
        _open.Remove(pointer);
        return rule;
    }

    // RFC 6901, in a URI fragment.
    private JsonElement? Find(string pointer)
    {
        if (!pointer.StartsWith('#') || (pointer.Length > 1 && pointer[1] != '/'))
        {
            return null;
        }

        JsonElement found = root;
        foreach (string part in Uri.UnescapeDataString(pointer).Split('/').Skip(1))
        {
            string name = part.Replace("~1", "/").Replace("~0", "~");
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
            {
                return null;
            }
        }

        return found;
    }
}
