namespace NodeBox.Llama.Inference;

/// <summary>Finds stop texts in a text that comes in pieces, and holds back what may turn out to be the beginning of one.</summary>
internal sealed class StopText(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>Whether a stop text was found; nothing may be added after that.</summary>
    public bool Found { get; private set; }

    /// <summary>Adds a piece; the result is the text that is certain not to belong to a stop text.</summary>
    public string Add(string piece)
    {
        _held += piece;
        int found = FirstStop();
        if (found >= 0)
        {
            Found = true;
            return Take(found);
        }

        return Take(_held.Length - PossibleBeginning());
    }

    /// <summary>What was held back, for when the text has ended.</summary>
    public string Flush() => Found ? "" : Take(_held.Length);

    /// <summary>
    /// Where the stop text begins that is complete first, so that it does not matter how the text was split; -1 if there is none.
    /// </summary>
    private int FirstStop() => stops
        .Select(stop => (Begin: _held.IndexOf(stop, StringComparison.Ordinal), stop.Length))
        .Where(found => found.Begin >= 0)
        .OrderBy(found => found.Begin + found.Length)
        .ThenBy(found => found.Begin)
        .Select(found => found.Begin)
        .FirstOrDefault(-1);

    /// <summary>The length of the longest end of the held text that begins a stop text.</summary>
    private int PossibleBeginning()
    {
        int longest = Math.Min(_held.Length, stops.Select(stop => stop.Length - 1).DefaultIfEmpty(0).Max());
        for (int length = longest; length > 0; length--)
        {
            ReadOnlySpan<char> end = _held.AsSpan(_held.Length - length);
            foreach (string stop in stops)
            {
                if (stop.AsSpan().StartsWith(end, StringComparison.Ordinal))
                {
                    return length;
                }
            }
        }

        return 0;
    }

    private string Take(int length)
    {
        string taken = _held[..length];
        _held = _held[length..];
        return taken;
    }
}
