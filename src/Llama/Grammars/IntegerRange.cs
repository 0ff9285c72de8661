using System.Globalization;

namespace NodeBox.Llama.Grammars;

/// <summary>GBNF for exactly the integers between two bounds, written without leading zeros.</summary>
internal static class IntegerRange
{
    /// <summary>
    /// An expression for all integers from <paramref name="least"/> to <paramref name="most"/>, both included and within ±10^18.
    /// </summary>
    public static string Expression(long least, long most) => Joined(
        least < 0 ? $"\"-\" {Natural(Math.Max(1, -most), -least)}" : null,
        most >= 0 ? Natural(Math.Max(0, least), most) : null);

    /// <summary>The alternatives that are not null, as one expression.</summary>
    public static string Joined(params IEnumerable<string?> alternatives)
    {
        string[] some = [.. alternatives.OfType<string>()];
        return some.Length == 1 ? some[0] : $"( {string.Join(" | ", some)} )";
    }

    /// <summary>Splits the range where numbers get longer: 7 to 123 is 7 to 9, 10 to 99 and 100 to 123.</summary>
    private static string Natural(long least, long most)
    {
        var alternatives = new List<string>();
        for (long from = least; from <= most;)
        {
            long longest = (long)Math.Pow(10, Text(from).Length) - 1;
            long to = Math.Min(most, longest);
            alternatives.Add(Digits(Text(from), Text(to)));
            from = to + 1;
        }

        return Joined(alternatives);
    }

    /// <summary>All digit strings from <paramref name="least"/> to <paramref name="most"/>, which are equally long.</summary>
    private static string Digits(string least, string most)
    {
        if (least.Length == 0)
        {
            return "";
        }

        if (least.All(digit => digit == '0') && most.All(digit => digit == '9'))
        {
            return $"[0-9]{{{least.Length}}}";
        }

        if (least[0] == most[0])
        {
            return $"\"{least[0]}\" {Digits(least[1..], most[1..])}".TrimEnd();
        }

        string zeros = new('0', least.Length - 1);
        string nines = new('9', least.Length - 1);
        bool lowIsPart = least[1..] != zeros;
        bool highIsPart = most[1..] != nines;
        char from = lowIsPart ? (char)(least[0] + 1) : least[0];
        char to = highIsPart ? (char)(most[0] - 1) : most[0];
        return Joined(
            lowIsPart ? $"\"{least[0]}\" {Digits(least[1..], nines)}" : null,
            from <= to ? $"[{from}-{to}] {Digits(zeros, nines)}".TrimEnd() : null,
            highIsPart ? $"\"{most[0]}\" {Digits(zeros, most[1..])}" : null);
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
