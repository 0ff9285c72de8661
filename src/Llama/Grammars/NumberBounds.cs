using System.Globalization;
using System.Text.Json;

namespace NodeBox.Llama.Grammars;

/// <summary>The minimum and maximum of a schema, and the GBNF for numbers between them.</summary>
internal readonly record struct NumberBounds(decimal Least, decimal Most)
{
    // JSON readers keep integers up to 2^53 exactly; without bounds of its own a number stays well below.
    private const decimal Default = 999_999_999_999_999;
    private const decimal Limit = 1_000_000_000_000_000_000;

    private const string Fraction = "( \".\" [0-9]{1,9} )?";

    public static NumberBounds Read(JsonElement schema, string path)
    {
        decimal? least = Highest(Bound(schema, "minimum", path), Next(Bound(schema, "exclusiveMinimum", path)));
        decimal? most = -Highest(-Bound(schema, "maximum", path), Next(-Bound(schema, "exclusiveMaximum", path)));
        var bounds = new NumberBounds(least ?? (most < -Default ? -Limit : -Default), most ?? (least > Default ? Limit : Default));
        return bounds.Least <= bounds.Most
            ? bounds
            : throw new UnsupportedSchemaException(path, $"allows at least {bounds.Least} and at most {bounds.Most}");
    }

    public bool Contains(decimal value) => value >= Least && value <= Most;

    /// <summary>All integers within the bounds.</summary>
    public string Integers(string path)
    {
        decimal least = Math.Ceiling(Least);
        decimal most = Math.Floor(Most);
        return least <= most
            ? IntegerRange.Expression((long)least, (long)most)
            : throw new UnsupportedSchemaException(path, "allows no integer");
    }

    /// <summary>All numbers within the bounds of at most nine decimal places. The bounds must be integers.</summary>
    public string Numbers(string path)
    {
        if (!decimal.IsInteger(Least) || !decimal.IsInteger(Most))
        {
            throw new UnsupportedSchemaException(
                path, "has a minimum or maximum of a number that is not an integer, which is not supported");
        }

        long least = (long)Least;
        long most = (long)Most;
        return IntegerRange.Joined(
            least < 0 ? $"\"-\" {Unsigned(Math.Max(0, -most), -least)}" : null,
            most >= 0 ? Unsigned(Math.Max(0, least), most) : null);
    }

    private static string Unsigned(long least, long most)
    {
        string last = string.Create(CultureInfo.InvariantCulture, $"\"{most}\"");
        return least == most ? last : $"( {IntegerRange.Expression(least, most - 1)} {Fraction} | {last} )";
    }

    private static decimal? Highest(decimal? a, decimal? b) => a is null || b > a ? b : a;

    /// <summary>The integer after a bound that is excluded, which only integers have.</summary>
    private static decimal? Next(decimal? bound) => bound is { } value ? Math.Floor(value) + 1 : null;

    private static decimal? Bound(JsonElement schema, string keyword, string path)
    {
        if (!schema.TryGetProperty(keyword, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal bound) && Math.Abs(bound) <= Limit
            ? bound
            : throw new UnsupportedSchemaException(path, $"has a '{keyword}' that is not a number from -10^18 to 10^18");
    }
}
