namespace NodeBox.Benchmarks.Devices;

/// <summary>What the check of devices does.</summary>
internal sealed record DeviceOptions
{
    /// <summary>The folder of llama.cpp's libraries, with the CUDA builds below it; null means the one beside this program.</summary>
    public string? Libraries { get; init; }

    /// <summary>Whether to do only the half that needs no GPU.</summary>
    public bool ProcessorOnly { get; init; }

    /// <summary>Tokens of the prompt whose logits are compared; those after it are decoded one by one.</summary>
    public int PromptTokens { get; init; } = 256;

    /// <summary>Tokens decoded one by one.</summary>
    public int SingleTokens { get; init; } = 32;

    /// <summary>Simultaneous requests whose speed is measured.</summary>
    public IReadOnlyList<int> Levels { get; init; } = [1, 4, 8, 16];

    /// <summary>Tokens that each of them generates.</summary>
    public int GeneratedTokens { get; init; } = 64;

    /// <summary>The options of a command line; null where it is wrong.</summary>
    public static DeviceOptions? Read(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new DeviceOptions(),
        ["--processor", .. var rest] when Read(rest) is { } options => options with { ProcessorOnly = true },
        ["--libraries", var folder, .. var rest] when Read(rest) is { } options => options with { Libraries = folder },
        _ => null,
    };
}
