namespace NodeBox.Llama.Gguf;

/// <summary>
/// The metadata of a GGUF file, read with every length checked against the file and every count against a limit before memory is taken
/// for it, because llama.cpp trusts more of a file than a foreign one deserves.
/// </summary>
public sealed record GgufHeader
{
    private const int MaxTensors = 1 << 17;
    private const int MaxPairs = 1 << 16;
    private const int MaxDimensions = 4;

    // All tensors of this size together have fewer than 2^64 elements.
    private const ulong MaxElements = 1ul << 40;

    /// <summary>String values by key.</summary>
    public required IReadOnlyDictionary<string, string> Text { get; init; }

    /// <summary>Numbers and booleans by key.</summary>
    public required IReadOnlyDictionary<string, double> Numbers { get; init; }

    /// <summary>Arrays by key.</summary>
    public required IReadOnlyDictionary<string, GgufArray> Arrays { get; init; }

    /// <summary>The tensors that the file describes, by element type.</summary>
    public required IReadOnlyDictionary<string, TensorShare> Tensors { get; init; }

    /// <summary>Reads the header of the file at <paramref name="path"/>.</summary>
    /// <exception cref="ModelException">The file is missing, unreadable, truncated or not GGUF 3.</exception>
    public static GgufHeader Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file);
        }
        catch (InvalidDataException e)
        {
            throw new ModelException($"The model file {path} cannot be used: {e.Message}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"The model file {path} cannot be read: {e.Message} Make one with 'nodebox model make --out {path}'.");
        }
    }

    /// <summary>Reads the header from the start of a seekable stream.</summary>
    /// <exception cref="InvalidDataException">What is wrong, and where.</exception>
    public static GgufHeader Read(Stream stream)
    {
        var reader = new GgufReader(stream);
        if (stream.Length < sizeof(uint) || reader.UInt32("magic") != GgufWriter.Magic)
        {
            throw new InvalidDataException("it is not a GGUF file");
        }

        uint version = reader.UInt32("version");
        if (version != GgufWriter.Version)
        {
            throw new InvalidDataException($"it is GGUF version {version}, and only version {GgufWriter.Version} is supported");
        }

        ulong tensors = Count(reader, "tensor", MaxTensors);
        ulong pairs = Count(reader, "metadata", MaxPairs);
        var text = new Dictionary<string, string>();
        var numbers = new Dictionary<string, double>();
        var arrays = new Dictionary<string, GgufArray>();
        for (ulong i = 0; i < pairs; i++)
        {
            string key = reader.Text("a key");
            var type = (GgufType)reader.UInt32(key);
            switch (type)
            {
                case GgufType.String:
                    text[key] = reader.Text(key);
                    break;
                case GgufType.Array:
                    arrays[key] = reader.Array(key);
                    break;
                default:
                    numbers[key] = reader.Number(type, key);
                    break;
            }
        }

        var shares = new Dictionary<string, TensorShare>();
        ulong dataLength = 0;
        for (ulong i = 0; i < tensors; i++)
        {
            (TensorShare share, ulong end) = ReadTensor(reader);
            shares[share.Type] = shares.TryGetValue(share.Type, out TensorShare? same) ? same.With(share) : share;
            dataLength = Math.Max(dataLength, end);
        }

        CheckData(stream, numbers, dataLength);
        return new GgufHeader { Text = text, Numbers = numbers, Arrays = arrays, Tensors = shares };
    }

    private static ulong Count(GgufReader reader, string what, int most)
    {
        ulong count = reader.UInt64($"{what} count");
        return count <= (ulong)most ? count : throw new InvalidDataException($"its {what} count is {count}, and at most {most} are read");
    }

    /// <summary>Reads one tensor description; the second result is where its data ends in the data section, which the file must reach.</summary>
    private static (TensorShare Share, ulong End) ReadTensor(GgufReader reader)
    {
        string name = reader.Text("a tensor name");
        uint dimensions = reader.UInt32(name);
        if (dimensions > MaxDimensions)
        {
            throw new InvalidDataException($"tensor {name} has {dimensions} dimensions");
        }

        UInt128 elements = 1;
        for (uint i = 0; i < dimensions; i++)
        {
            elements *= reader.UInt64(name);
            if (elements > MaxElements)
            {
                throw new InvalidDataException($"tensor {name} is impossibly large");
            }
        }

        GgmlType type = GgmlType.Of(reader.UInt32(name));
        ulong offset = reader.UInt64(name);
        ulong size = type.SizeOf((ulong)elements);
        return offset <= long.MaxValue - size
            ? (new TensorShare(type.Name, 1, (ulong)elements, size), offset + size)
            : throw new InvalidDataException($"tensor {name} lies outside of the file");
    }

    private static void CheckData(Stream stream, Dictionary<string, double> numbers, ulong dataLength)
    {
        double alignment = numbers.GetValueOrDefault("general.alignment", GgufWriter.Alignment);
        if (alignment is not (>= 1 and <= 65536) || !double.IsPow2(alignment))
        {
            throw new InvalidDataException($"its alignment is {alignment}");
        }

        long start = (stream.Position + (long)alignment - 1) / (long)alignment * (long)alignment;
        if (dataLength > 0 && (UInt128)(ulong)start + dataLength > (UInt128)(ulong)stream.Length)
        {
            throw new InvalidDataException($"it is truncated: {stream.Length} bytes of {start + (long)dataLength}");
        }
    }
}
