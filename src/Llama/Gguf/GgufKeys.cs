namespace NodeBox.Llama.Gguf;

/// <summary>The keys of a file that belong to its model's architecture, as whole numbers within limits.</summary>
internal sealed class GgufKeys
{
    /// <exception cref="InvalidDataException">The file names no architecture.</exception>
    public GgufKeys(GgufHeader header)
    {
        Header = header;
        Architecture = header.Text.GetValueOrDefault("general.architecture") is { Length: > 0 } name
            ? name
            : throw new InvalidDataException("it names no architecture");
    }

    public GgufHeader Header { get; }

    public string Architecture { get; }

    public bool Has(string key) => Header.Numbers.ContainsKey(Full(key)) || Header.Arrays.ContainsKey(Full(key));

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    /// <exception cref="InvalidDataException">It is absent and has no default, or is no such number.</exception>
    public int Whole(string key, int most, int? absent = null)
    {
        if (!Header.Numbers.TryGetValue(Full(key), out double value))
        {
            return absent ?? throw new InvalidDataException($"it has no {Full(key)}");
        }

        return Checked(key, value, most);
    }

    /// <summary>A number from 0 to <paramref name="most"/> for each layer, which a file may give once for all.</summary>
    /// <exception cref="InvalidDataException">It is absent, of another length, or not of whole numbers.</exception>
    public IReadOnlyList<int> PerLayer(string key, int layers, int most)
    {
        if (layers == 0)
        {
            throw new InvalidDataException("it has no layers");
        }

        if (!Header.Arrays.TryGetValue(Full(key), out GgufArray? array))
        {
            return [.. Enumerable.Repeat(Whole(key, most), layers)];
        }

        return array.Numbers.Count == layers
            ? [.. array.Numbers.Select(value => Checked(key, value, most))]
            : throw new InvalidDataException($"its {Full(key)} has {array.Count} entries for {layers} layers");
    }

    private string Full(string key) => $"{Architecture}.{key}";

    private int Checked(string key, double value, int most) => value >= 0 && value <= most && double.IsInteger(value)
        ? (int)value
        : throw new InvalidDataException($"its {Full(key)} is {value}");
}
