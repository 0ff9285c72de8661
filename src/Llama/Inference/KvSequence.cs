namespace NodeBox.Llama.Inference;

/// <summary>A sequence of the KV cache, under llama.cpp's number for it.</summary>
internal sealed class KvSequence(int id)
{
    public int Id { get; } = id;

    /// <summary>The tokens that it holds, in order from position 0.</summary>
    public List<int> Tokens { get; } = [];

    /// <summary>Whether a request is using it.</summary>
    public bool IsClaimed { get; set; }

    /// <summary>A number that grows with each use.</summary>
    public long LastUse { get; set; }
}
