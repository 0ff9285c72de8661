using System.Text.Json;
using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// Grammars that make any model's tool call exactly <c>{"name":"…","arguments":{…}}</c>, compact, with arguments that the tool's schema
/// allows.
/// </summary>
public static class ToolCallGrammar
{
    /// <summary>GBNF for one call of any of <paramref name="tools"/>.</summary>
    /// <exception cref="UnsupportedSchemaException">A tool's parameters cannot be kept exactly.</exception>
    public static string Call(IReadOnlyList<ToolDefinition> tools) => Grammar(tools, calls => calls);

    /// <summary>
    /// GBNF for one call of any of <paramref name="tools"/>, or a text that does not begin with '{': the model decides with its first
    /// token.
    /// </summary>
    /// <exception cref="UnsupportedSchemaException">A tool's parameters cannot be kept exactly.</exception>
    public static string CallOrText(IReadOnlyList<ToolDefinition> tools) => Grammar(tools, calls => $"{calls} | ( [^{{] .* )?");

    private static string Grammar(IReadOnlyList<ToolDefinition> tools, Func<string, string> root)
    {
        var grammar = new SchemaGrammar();
        IEnumerable<string> calls = tools.Select(tool => grammar.AddRule(Call(tool, grammar), tool.Name));
        return $"root ::= {root(string.Join(" | ", calls))}\n{grammar.Rules}";
    }

    private static string Call(ToolDefinition tool, SchemaGrammar grammar)
    {
        string begin = $"{{\"name\":{Gbnf.JsonString(tool.Name)},\"arguments\":";
        return $"{Gbnf.Literal(begin)} {Arguments(tool, grammar)} \"}}\"";
    }

    private static string Arguments(ToolDefinition tool, SchemaGrammar grammar)
    {
        if (tool.Parameters is not { } schema)
        {
            return "\"{}\"";
        }

        bool isObject = schema.ValueKind == JsonValueKind.Object
            && schema.TryGetProperty("type", out JsonElement type)
            && type.ValueKind == JsonValueKind.String
            && type.GetString() == "object";
        return isObject
            ? grammar.Expression(schema, tool.Name)
            : throw new UnsupportedSchemaException(tool.Name, "does not have the type \"object\"");
    }
}
