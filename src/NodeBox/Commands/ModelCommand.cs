using System.CommandLine;
using NodeBox.Llama.Models;

namespace NodeBox.Commands;

/// <summary><c>nodebox model make</c>: writes a random model.</summary>
internal static class ModelCommand
{
    private static readonly Option<int> s_seed = new("--seed")
    {
        Description = "Makes the weights: the same seed gives the same file, byte for byte.",
        DefaultValueFactory = static _ => 1,
        HelpName = "S",
    };

    private static readonly Option<string> s_out = new("--out")
    {
        Description = "The file to write.",
        DefaultValueFactory = static _ => "testbed.gguf",
        HelpName = "FILE",
    };

    private static readonly Option<string> s_size = new("--size")
    {
        Description = "testbed: tiny, 0.8 million parameters; 180m: 180 million, for measuring.",
        DefaultValueFactory = static _ => ModelSize.Testbed.Name,
        HelpName = "SIZE",
    };

    public static Command Create()
    {
        s_size.AcceptOnlyFromAmong([.. ModelSize.All.Select(static size => size.Name)]);
        var make = new Command("make", "Write a random model (GGUF). It claims no intelligence: grammars make its tool calls valid.") { s_seed, s_size, s_out };
        make.SetAction(Make);
        return new Command("model", "Models for the llm role.") { make, ModelInfoCommand.Create(), ModelDevicesCommand.Create(), ModelPullCommand.Create() };
    }

    private static int Make(ParseResult parsed)
    {
        string path = parsed.GetValue(s_out)!;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        ModelSize size = ModelSize.All.Single(known => known.Name == parsed.GetValue(s_size));
        ModelMaker.Make(parsed.GetValue(s_seed), path, size);
        Console.WriteLine($"{path}: {new FileInfo(path).Length:N0} bytes");
        return ExitCodes.Done;
    }
}
