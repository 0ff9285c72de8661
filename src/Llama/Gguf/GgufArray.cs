namespace NodeBox.Llama.Gguf;

/// <summary>An array of a file's metadata.</summary>
/// <param name="Count">Its entries.</param>
/// <param name="Numbers">Them, where they are numbers and few; else none.</param>
public sealed record GgufArray(ulong Count, IReadOnlyList<double> Numbers);
