namespace NodeBox.Toml.Sections;

/// <summary>What a person may have meant.</summary>
internal static class Suggestion
{
    /// <summary>Longer words are not compared: no key is that long, and the cost is quadratic.</summary>
    private const int LongestWord = 64;

    /// <returns>"did you mean …?", or the list of what may stand there.</returns>
    public static string For(string word, IReadOnlyCollection<string> allowed)
    {
        (string Candidate, int Distance) nearest = allowed
            .Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
            .Where(pair => pair.Distance <= Math.Max(1, pair.Candidate.Length / 3))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        if (nearest.Candidate is not null)
        {
            return $"did you mean \"{nearest.Candidate}\"?";
        }

        return allowed.Count == 0 ? "nothing may stand here" : $"use {string.Join(", ", allowed.Order(StringComparer.Ordinal))}";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    internal static int Distance(string from, string to)
    {
        if (from.Length > LongestWord || to.Length > LongestWord)
        {
            return int.MaxValue;
        }

        int[,] rows = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
        {
            for (int j = 0; j <= to.Length; j++)
            {
                rows[i, j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Step(rows, from, to, i, j),
                };
            }
        }

        return rows[from.Length, to.Length];
    }

    private static int Step(int[,] rows, string from, string to, int i, int j)
    {
        int replaced = rows[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
        int least = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
        bool isSwap = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
        return isSwap ? Math.Min(least, rows[i - 2, j - 2] + 1) : least;
    }
}
