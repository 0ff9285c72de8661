namespace NodeBox.Llama.Models;

/// <summary>What a random model is made of.</summary>
/// <param name="Name">What it is called on the command line.</param>
public sealed record ModelSize(string Name)
{
    /// <summary>About 0.8 million parameters as 32-bit floats: steps take well under a millisecond on any processor.</summary>
    public static ModelSize Testbed { get; } = new("testbed")
    {
        Width = 128,
        Layers = 3,
        FeedForward = 320,
        Heads = 4,
        KeyValueHeads = 2,
    };

    /// <summary>
    /// About 180 million parameters as Q8_0, 191 MB: large enough that computing outweighs all else, as with models that are used.
    /// </summary>
    public static ModelSize Of180M { get; } = new("180m")
    {
        Width = 1024,
        Layers = 12,
        FeedForward = 2944,
        Heads = 16,
        KeyValueHeads = 8,
        Vocabulary = 16384,
        IsQuantised = true,
    };

    public static IReadOnlyList<ModelSize> All { get; } = [Testbed, Of180M];

    /// <summary>Tokens that it claims to be trained for.</summary>
    public int Context { get; init; } = 8192;

    /// <summary>Numbers in an embedding; a multiple of 32 and of <see cref="Heads"/>.</summary>
    public required int Width { get; init; }

    public required int Layers { get; init; }

    /// <summary>Inner width of the feed-forward part; a multiple of 32.</summary>
    public required int FeedForward { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    /// <summary>Tokens that the vocabulary is filled up to with words of no meaning; 0 leaves it at the testbed's own.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Whether matrices are Q8_0; else 32-bit floats.</summary>
    public bool IsQuantised { get; init; }

    internal int HeadWidth => Width / Heads;

    internal int KeyValueWidth => HeadWidth * KeyValueHeads;
}
