namespace NodeBox.Llama.Gguf;

/// <summary>The tensors of one element type in a file.</summary>
/// <param name="Type">The type's name, such as Q4_K.</param>
/// <param name="Tensors">How many there are.</param>
/// <param name="Elements">Their elements.</param>
/// <param name="Bytes">Their bytes; 0 for a type that is not known here.</param>
public sealed record TensorShare(string Type, int Tensors, ulong Elements, ulong Bytes)
{
    /// <summary>Both together.</summary>
    public TensorShare With(TensorShare other) =>
        new(Type, Tensors + other.Tensors, Elements + other.Elements, Bytes + other.Bytes);
}
