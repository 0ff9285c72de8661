using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>Grammars that make any model's answer one compact JSON value.</summary>
public static class JsonGrammar
{
    private const int Levels = 8;

    /// <summary>GBNF for any object, at most eight levels deep.</summary>
    public static string AnyObject()
    {
        var grammar = new SchemaGrammar();
        string value = FreeGrammar.Object(grammar, Levels);
        return $"root ::= {value}\n{grammar.Rules}";
    }

    /// <summary>GBNF for the values that a JSON schema allows; <paramref name="name"/> stands for it in errors.</summary>
    /// <exception cref="UnsupportedSchemaException">The schema cannot be kept exactly.</exception>
    public static string Of(JsonElement schema, string name)
    {
        var grammar = new SchemaGrammar();
        string value = grammar.Expression(schema, name);
        return $"root ::= {value}\n{grammar.Rules}";
    }
}
