namespace NodeBox.Llama.Models;

/// <summary>The figures of a transformer that its memory follows from.</summary>
/// <param name="Width">Numbers in an embedding.</param>
/// <param name="Heads">Attention heads of the layer with the most.</param>
/// <param name="FeedForward">Width of the widest feed-forward layer.</param>
/// <param name="KeyLength">Numbers in the key of a head.</param>
/// <param name="ValueLength">Numbers in the value of a head.</param>
/// <param name="KeyValueHeads">Heads of keys and values, of all layers together.</param>
public sealed record NetworkShape(int Width, int Heads, int FeedForward, int KeyLength, int ValueLength, int KeyValueHeads);
