namespace NodeBox.Llama.Gguf;

/// <summary>
/// The metadata of a GGUF file, read with every length checked against the file, because llama.cpp trusts more of it than a
/// foreign file deserves.
/// </summary>
/// <param name="Text">String values by key.</param>
/// <param name="Numbers">Numbers and booleans by key.</param>
/// <param name="Tensors">How many tensors the file describes.</param>
public sealed record GgufHeader(IReadOnlyDictionary<string, string> Text, IReadOnlyDictionary<string, double> Numbers, int Tensors)
{
    private const int MaxTensors = 1 << 20;
    private const int MaxDimensions = 4;

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

        ulong tensors = reader.UInt64("tensor count");
        ulong pairs = reader.UInt64("metadata count");
        if (tensors > MaxTensors)
        {
            throw new InvalidDataException($"it claims {tensors} tensors");
        }

        var text = new Dictionary<string, string>();
        var numbers = new Dictionary<string, double>();
        for (ulong i = 0; i < pairs; i++)
        {
            ReadPair(reader, text, numbers);
        }

        ulong lastOffset = 0;
        for (ulong i = 0; i < tensors; i++)
        {
            lastOffset = Math.Max(lastOffset, ReadTensorEnd(reader));
        }

        CheckData(stream, numbers, lastOffset);
        return new GgufHeader(text, numbers, (int)tensors);
    }

    private static void ReadPair(GgufReader reader, Dictionary<string, string> text, Dictionary<string, double> numbers)
    {
        string key = reader.Text("a key");
        var type = (GgufType)reader.UInt32(key);
        switch (type)
        {
            case GgufType.String:
                text[key] = reader.Text(key);
                break;
            case GgufType.Array:
                reader.SkipArray(key);
                break;
            default:
                numbers[key] = reader.Number(type, key);
                break;
        }
    }

    /// <summary>Reads one tensor description; the result is an offset in the data section that the file must reach.</summary>
    private static ulong ReadTensorEnd(GgufReader reader)
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
            if (elements > long.MaxValue / 8)
            {
                throw new InvalidDataException($"tensor {name} is impossibly large");
            }
        }

        uint type = reader.UInt32(name);
        ulong offset = reader.UInt64(name);
        ulong size = GgmlType.SizeOf(type, (ulong)elements);
        return offset <= long.MaxValue - size ? offset + size : throw new InvalidDataException($"tensor {name} lies outside of the file");
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
