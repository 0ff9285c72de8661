using System.Text;

namespace NodeBox.Training.Domain;

/// <summary>Keeps what tests ask about out of what is trained on: a value or a phrasing is held out by its own hash, for ever.</summary>
internal static class Split
{
    private const uint OneOf = 8;

    /// <summary>Numbers shorter than this are too few to keep any out.</summary>
    private const int ShortestHeldOut = 3;

    public static bool IsHeldOutNumber(string number) => number.Length >= ShortestHeldOut && IsHeldOut("number", number);

    public static bool IsHeldOutName(string name) => IsHeldOut("name", name);

    /// <param name="phrasing">The templates that a request is put together from, with its holes unfilled.</param>
    public static bool IsHeldOutPhrasing(string phrasing) => IsHeldOut("phrasing", phrasing);

    // FNV-1a, finished with SplitMix64 since its low bits alone are weak.
    private static bool IsHeldOut(string kind, string text)
    {
        ulong hash = 14695981039346656037;
        foreach (byte value in Encoding.UTF8.GetBytes($"{kind}:{text}"))
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return new SeededRandom(hash).Next() % OneOf == 0;
    }
}
