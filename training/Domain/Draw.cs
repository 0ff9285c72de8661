using System.Text;

namespace NodeBox.Training.Domain;

/// <summary>Which of the held-out things a dialogue must be made of.</summary>
/// <param name="Numbers">Ids that training never sees.</param>
/// <param name="Names">Names that training never sees.</param>
/// <param name="Phrasings">Combinations of phrases that training never sees.</param>
/// <param name="ShortestId">Digits of the shortest id.</param>
/// <param name="LongestId">Digits of the longest id.</param>
/// <param name="MostClauses">Things asked for in one request.</param>
/// <param name="WholeResults">Whether payload that says nothing is as long as an agent shows it.</param>
internal sealed record Difficulty(
    bool Numbers = false,
    bool Names = false,
    bool Phrasings = false,
    int ShortestId = 1,
    int LongestId = 12,
    int MostClauses = 3,
    bool WholeResults = false);

/// <summary>Draws the values that dialogues are about.</summary>
internal sealed class Draw(SeededRandom random, Difficulty difficulty)
{
    private const int MaxTries = 1000;

    private static readonly string[] s_onsets =
    [
        "B", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "P", "R", "S", "T", "V", "W", "Y", "Z", "Br", "Ch", "Cl", "Dr", "Fr", "Gr",
        "Kr", "Pr", "Sh", "Sl", "St", "Th", "Tr", "Vl", "", "Qu", "X",
    ];

    private static readonly string[] s_vowels = ["a", "e", "i", "o", "u", "y", "ai", "ei", "ia", "io", "ou", "oe"];

    private static readonly string[] s_codas = ["", "", "n", "r", "s", "l", "m", "t", "k", "nd", "rt", "ck", "x", "v", "sz", "mb", "g"];

    private SeededRandom _random = random;

    public Difficulty Difficulty => difficulty;

    public int Next(int bound) => _random.Next(bound);

    public bool OneIn(int times) => _random.OneIn(times);

    public T Pick<T>(IReadOnlyList<T> from) => _random.Pick(from);

    public int Between(int first, int last) => _random.Between(first, last);

    /// <summary>An id as the testbed's scenarios draw them, or, mostly, one of any length.</summary>
    public string Id(int usualFirst, int usualLast)
    {
        bool usual = difficulty.ShortestId == 1 && OneIn(3);
        return Number(() => usual
            ? Between(usualFirst, usualLast).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : Digits(Between(difficulty.ShortestId, difficulty.LongestId)));
    }

    /// <summary>A number of 1 to <paramref name="digits"/> digits that is no id.</summary>
    public string Amount(int digits) => Number(() => Digits(1 + Math.Min(Next(digits), Next(digits))));

    public string Order() => Id(1000, 1999);

    public string Customer() => Id(1, 200);

    public string Item() => Id(1, 50);

    /// <summary>A given name, mostly with a family name.</summary>
    public string Name()
    {
        for (int i = 0; i < MaxTries; i++)
        {
            string name = OneIn(4) ? Word() : $"{Word()} {Word()}";
            if (Split.IsHeldOutName(name) == difficulty.Names)
            {
                return name;
            }
        }

        throw new InvalidOperationException("no name is on this side of the split");
    }

    private string Number(Func<string> draw)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            string number = draw();
            bool canBeHeldOut = difficulty.Numbers && number.Length >= 3;
            if (Split.IsHeldOutNumber(number) == canBeHeldOut)
            {
                return number;
            }
        }

        throw new InvalidOperationException("no number is on this side of the split");
    }

    private string Digits(int count)
    {
        var digits = new StringBuilder();
        digits.Append((char)('1' + Next(9)));

        // Some ids repeat themselves, which is where a copy loses its place.
        int variety = OneIn(8) ? 2 : 10;
        while (digits.Length < count)
        {
            digits.Append((char)('0' + Next(variety)));
        }

        return digits.ToString();
    }

    private string Word()
    {
        string word = Pick(s_onsets) + Pick(s_vowels);
        for (int syllables = Next(3); syllables > 0; syllables--)
        {
            word += Pick(s_onsets).ToLowerInvariant() + Pick(s_vowels);
        }

        word += Pick(s_codas);
        return char.ToUpperInvariant(word[0]) + word[1..];
    }
}
