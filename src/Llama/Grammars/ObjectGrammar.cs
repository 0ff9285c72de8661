using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// The members of an object: each at most once, in the order of the schema, optional ones left out or not. Properties that the schema does
/// not name are never written, whatever additionalProperties says.
/// </summary>
internal sealed class ObjectGrammar(SchemaGrammar grammar, string path, int depth)
{
    private readonly record struct Member(string Rule, bool Required);

    public string Expression(JsonElement schema)
    {
        List<Member> members = Members(schema);
        return members.Count == 0 ? "\"{}\"" : $"\"{{\" {First(members, 0)} \"}}\"";
    }

    private List<Member> Members(JsonElement schema)
    {
        HashSet<string> required = Required(schema);
        var members = new List<Member>();
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            if (properties.ValueKind != JsonValueKind.Object)
            {
                throw new UnsupportedSchemaException(path, "has 'properties' that are not an object");
            }

            var names = new HashSet<string>();
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw new UnsupportedSchemaException(path, $"has the property '{property.Name}' twice");
                }

                string value = grammar.Expression(property.Value, $"{path}/{property.Name}", depth + 1);
                string rule = grammar.AddRule($"{Gbnf.Literal(Gbnf.JsonString(property.Name) + ":")} {value}", path);
                members.Add(new Member(rule, required.Remove(property.Name)));
            }
        }

        return required.Count == 0
            ? members
            : throw new UnsupportedSchemaException(path, $"requires '{required.First()}', which is not among its properties");
    }

    private HashSet<string> Required(JsonElement schema)
    {
        if (!schema.TryGetProperty("required", out JsonElement required))
        {
            return [];
        }

        bool isNames = required.ValueKind == JsonValueKind.Array
            && required.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String);
        return isNames
            ? [.. required.EnumerateArray().Select(name => name.GetString()!)]
            : throw new UnsupportedSchemaException(path, "has 'required' that is not a list of names");
    }

    /// <summary>The members from <paramref name="index"/> on when none was written before, so that no comma comes first.</summary>
    private string First(List<Member> members, int index)
    {
        if (index == members.Count)
        {
            return "\"\"";
        }

        Member member = members[index];
        string taken = $"{member.Rule} {Rest(members, index + 1)}".TrimEnd();
        return member.Required ? taken : grammar.AddRule($"{taken} | {First(members, index + 1)}", path);
    }

    /// <summary>The members from <paramref name="index"/> on when one was written before.</summary>
    private static string Rest(List<Member> members, int index) => string.Join(
        ' ',
        members.Skip(index).Select(member => member.Required ? $"\",\" {member.Rule}" : $"( \",\" {member.Rule} )?"));
}
