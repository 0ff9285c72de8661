namespace NodeBox.Training.Network;

/// <summary>The sizes of a LLaMA transformer whose output matrix is its embedding.</summary>
/// <param name="Vocabulary">Tokens, a multiple of 32.</param>
/// <param name="Width">Floats of a token's state, a multiple of 32.</param>
/// <param name="Layers">Blocks of attention and feed-forward.</param>
/// <param name="Heads">Attention heads of a layer; each is 32 floats wide.</param>
/// <param name="FeedForward">Hidden width of the feed-forward part, a multiple of 32.</param>
internal sealed record Shape(int Vocabulary, int Width, int Layers, int Heads, int FeedForward)
{
    /// <summary>Floats of a head: one panel of <see cref="Gemm"/>.</summary>
    public const int HeadWidth = 32;

    public const float NormEpsilon = 1e-5f;

    /// <summary>
    /// As in Llama 3: most of a head's floats then turn so slowly that they compare tokens over a whole dialogue, whatever their distance.
    /// </summary>
    public const float RopeBase = 500_000;
}
