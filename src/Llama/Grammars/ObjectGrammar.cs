using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// The members of an object: each at most once, in the order of the schema, optional ones left out or not. Properties that the schema does
/// not name are never written, whatever additionalProperties says, unless it names none at all.
/// </summary>
internal sealed class ObjectGrammar(SchemaGrammar grammar, SchemaScope scope)
{
    private readonly record struct Member(string Rule, bool Required);

    public string Expression(JsonElement schema)
    {
        if (!schema.TryGetProperty("properties", out _) && !schema.TryGetProperty("required", out _))
        {
            return AnyMembers(schema);
        }

        List<Member> members = Members(schema);
        return members.Count == 0 ? "\"{}\"" : $"\"{{\" {First(members, 0)} \"}}\"";
    }

    /// <summary>An object of which at most the values of its members are prescribed.</summary>
    private string AnyMembers(JsonElement schema)
    {
        if (!schema.TryGetProperty("additionalProperties", out JsonElement values) || values.ValueKind == JsonValueKind.True)
        {
            return FreeGrammar.Object(grammar, SchemaGrammar.FreeLevels);
        }

        return values.ValueKind == JsonValueKind.False
            ? "\"{}\""
            : FreeGrammar.Members(grammar, grammar.AddRule(grammar.Expression(values, scope.Into("additionalProperties")), scope.Path));
    }

    private List<Member> Members(JsonElement schema)
    {
        HashSet<string> required = Required(schema);
        var members = new List<Member>();
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            if (properties.ValueKind != JsonValueKind.Object)
            {
                throw scope.Unsupported("has 'properties' that are not an object");
            }

            var names = new HashSet<string>();
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (!names.Add(property.Name))
                {
                    throw scope.Unsupported($"has the property '{property.Name}' twice");
                }

                string value = grammar.Expression(property.Value, scope.Into(property.Name));
                string rule = grammar.AddRule($"{Gbnf.Literal(Gbnf.JsonString(property.Name) + ":")} {value}", scope.Path);
                members.Add(new Member(rule, required.Remove(property.Name)));
            }
        }

        return required.Count == 0
            ? members
            : throw scope.Unsupported($"requires '{required.First()}', which is not among its properties");
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
            : throw scope.Unsupported("has 'required' that is not a list of names");
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
        return member.Required ? taken : grammar.AddRule($"{taken} | {First(members, index + 1)}", scope.Path);
    }

    /// <summary>The members from <paramref name="index"/> on when one was written before.</summary>
    private static string Rest(List<Member> members, int index) => string.Join(
        ' ',
        members.Skip(index).Select(member => member.Required ? $"\",\" {member.Rule}" : $"( \",\" {member.Rule} )?"));
}
