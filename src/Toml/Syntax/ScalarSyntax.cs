using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace NodeBox.Toml.Syntax;

/// <summary>Values without quotes or brackets: booleans, numbers, dates and times.</summary>
internal static class ScalarSyntax
{
    /// <returns>the value, or null and a sentence about what is wrong with it.</returns>
    public static TomlValue? Read(string token, TomlPosition position, out string problem)
    {
        problem = "";
        if (token is "true" or "false")
        {
            return new TomlBoolean(token == "true", position);
        }

        if (DateTimeSyntax.LooksLike(token))
        {
            return DateTimeSyntax.Read(token, position, out problem);
        }

        string digits = token.TrimStart('+', '-');
        if (token.Length - digits.Length <= 1 && digits is "inf" or "nan")
        {
            double magnitude = digits == "inf" ? double.PositiveInfinity : double.NaN;
            return new TomlFloat(token[0] == '-' ? -magnitude : magnitude, position);
        }

        if (token.Length - digits.Length > 1 || digits.Length == 0 || !char.IsAsciiDigit(digits[0]))
        {
            problem = $"{Text.Shorten(token)} is not a value: put text in \"quotes\".";
            return null;
        }

        if (digits.Length > 1 && digits[0] == '0' && char.IsAsciiLetter(digits[1]) && digits[1] is not ('e' or 'E'))
        {
            return Prefixed(token, position, out problem);
        }

        return digits.AsSpan().ContainsAny(".eE") ? Float(token, position, out problem) : Integer(token, position, out problem);
    }

    private static TomlInteger? Prefixed(string token, TomlPosition position, out string problem)
    {
        (int radix, string? name) = token[1] switch
        {
            'x' => (16, "hexadecimal"),
            'o' => (8, "octal"),
            'b' => (2, "binary"),
            _ => (0, ""),
        };
        if (radix == 0 || token[0] != '0' || !TryJoinDigits(token.AsSpan(2), radix, out string? digits))
        {
            problem = $"{Text.Shorten(token)} is not a number: write 0x1f, 0o17 or 0b1, without a sign and with _ only between digits.";
            return null;
        }

        ulong value = 0UL;
        foreach (char digit in digits)
        {
            ulong next = (value * (ulong)radix) + (ulong)HexValue(digit);
            if (value > long.MaxValue / (ulong)radix || next > long.MaxValue)
            {
                problem = $"{Text.Shorten(token)} does not fit in 64 bits with a sign: the largest {name} integer is {long.MaxValue}.";
                return null;
            }

            value = next;
        }

        problem = "";
        return new TomlInteger((long)value, position);
    }

    private static TomlInteger? Integer(string token, TomlPosition position, out string problem)
    {
        if (!TryJoinWhole(token, out string? digits))
        {
            problem = $"{Text.Shorten(token)} is not an integer: no leading zero, and _ only between digits.";
            return null;
        }

        if (!long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value))
        {
            problem = $"{Text.Shorten(token)} does not fit in 64 bits: integers go from {long.MinValue} to {long.MaxValue}.";
            return null;
        }

        problem = "";
        return new TomlInteger(value, position);
    }

    private static TomlFloat? Float(string token, TomlPosition position, out string problem)
    {
        int exponentAt = token.AsSpan().IndexOfAny('e', 'E');
        string mantissa = exponentAt < 0 ? token : token[..exponentAt];
        int point = mantissa.IndexOf('.');
        string exponent = exponentAt < 0 ? "0" : token[(exponentAt + 1)..];
        string fraction = point < 0 ? "0" : mantissa[(point + 1)..];
        bool isSigned = exponent.StartsWith('+') || exponent.StartsWith('-');
        if (!TryJoinWhole(point < 0 ? mantissa : mantissa[..point], out _)
            || !TryJoinDigits(fraction, 10, out _)
            || !TryJoinDigits(isSigned ? exponent[1..] : exponent, 10, out _))
        {
            problem = $"{Text.Shorten(token)} is not a number: write digits on both sides of the point, and _ only between digits.";
            return null;
        }

        double value = double.Parse(token.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture);
        problem = $"{Text.Shorten(token)} is too large for a 64-bit float: write inf for infinity.";
        return double.IsInfinity(value) ? null : new TomlFloat(value, position);
    }

    /// <summary>A decimal integer with an optional sign and no leading zero.</summary>
    private static bool TryJoinWhole(string token, [NotNullWhen(true)] out string? digits)
    {
        string sign = token.StartsWith('+') || token.StartsWith('-') ? token[..1] : "";
        if (!TryJoinDigits(token.AsSpan(sign.Length), 10, out digits) || (digits.Length > 1 && digits[0] == '0'))
        {
            return false;
        }

        digits = sign + digits;
        return true;
    }

    /// <summary>One or more digits, where each _ has a digit on both sides; gives them without the _.</summary>
    private static bool TryJoinDigits(ReadOnlySpan<char> token, int radix, [NotNullWhen(true)] out string? digits)
    {
        digits = null;
        if (token.IsEmpty || token[0] == '_' || token[^1] == '_' || token.Contains("__", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (char character in token)
        {
            if (character != '_' && (!char.IsAsciiHexDigit(character) || HexValue(character) >= radix))
            {
                return false;
            }
        }

        digits = token.ToString().Replace("_", "", StringComparison.Ordinal);
        return true;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
