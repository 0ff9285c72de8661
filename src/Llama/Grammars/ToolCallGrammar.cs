using System.Globalization;
using System.Text.Json;
using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Grammars;

/// <summary>
/// Grammars that make any model's tool call exactly <c>{"name":"…","arguments":{…}}</c>, compact, with arguments that the tool's schema
/// allows.
/// </summary>
public static class ToolCallGrammar
{
    /// <summary>GBNF for calls of any of <paramref name="tools"/>, a line each, one to <paramref name="most"/>.</summary>
    /// <param name="tools">What may be called.</param>
    /// <param name="most">The most calls.</param>
    /// <param name="tags">What stands around each; nothing if absent.</param>
    /// <exception cref="UnsupportedSchemaException">A tool's parameters cannot be kept exactly.</exception>
    public static string Call(IReadOnlyList<ToolDefinition> tools, int most = 1, CallTags? tags = null) =>
        Grammar(new SchemaGrammar(), tools, most, tags ?? CallTags.None, calls => calls);

    /// <summary>GBNF for the same calls, or a text that does not begin as one: the model decides with its first token.</summary>
    /// <param name="tools">What may be called.</param>
    /// <param name="most">The most calls.</param>
    /// <param name="tags">What stands around each; nothing if absent.</param>
    /// <param name="copied">The numbers that calls and text may hold, or null for any. It leaves texts of calls without their bounds.</param>
    /// <exception cref="UnsupportedSchemaException">A tool's parameters cannot be kept exactly.</exception>
    public static string CallOrText(
        IReadOnlyList<ToolDefinition> tools, int most = 1, CallTags? tags = null, CopiedNumbers? copied = null)
    {
        string begin = "{" + (tags is { Begin: [char first, ..] } ? Gbnf.ClassMember(first) : "");
        var grammar = new SchemaGrammar(copied);
        string text = copied?.Answer(grammar, begin) ?? $"( [^{begin}] .* )?";
        return Grammar(grammar, tools, most, tags ?? CallTags.None, calls => $"{calls} | {text}");
    }

    private static string Grammar(
        SchemaGrammar grammar, IReadOnlyList<ToolDefinition> tools, int most, CallTags tags, Func<string, string> root)
    {
        IEnumerable<string> calls = tools.Select(tool => grammar.AddRule(Call(tool, tags, grammar), tool.Name));
        string call = grammar.Shared("call", string.Join(" | ", calls));
        string several = most > 1 ? string.Create(CultureInfo.InvariantCulture, $"{call} ( \"\\n\" {call} ){{0,{most - 1}}}") : call;
        return $"root ::= {root(several)}\n{grammar.Rules}";
    }

    private static string Call(ToolDefinition tool, CallTags tags, SchemaGrammar grammar)
    {
        string begin = $"{tags.Begin}{{\"name\":{Gbnf.JsonString(tool.Name)},\"arguments\":";
        return $"{Gbnf.Literal(begin)} {Arguments(tool, grammar)} {Gbnf.Literal("}" + tags.End)}";
    }

    private static string Arguments(ToolDefinition tool, SchemaGrammar grammar)
    {
        if (tool.Parameters is not { } schema)
        {
            return "\"{}\"";
        }

        return IsObject(schema)
            ? grammar.Expression(schema, tool.Name)
            : throw new UnsupportedSchemaException(tool.Name, "does not have the type \"object\"");
    }

    /// <summary>Whether it is an object by its type, or may be by what it refers to, as generated schemas often are.</summary>
    private static bool IsObject(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object
        && (schema.TryGetProperty("$ref", out _)
            || (schema.TryGetProperty("type", out JsonElement type)
                && type.ValueKind == JsonValueKind.String
                && type.ValueEquals("object")));
}
