using System.CommandLine;
using NodeBox.Llama.Models;

namespace NodeBox.Commands;

/// <summary><c>nodebox model make</c>: writes the testbed's random model.</summary>
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

    public static Command Create()
    {
        var make = new Command("make", "Write a tiny random model (GGUF). It claims no intelligence: grammars make its tool calls valid.") { s_seed, s_out };
        make.SetAction(Make);
        return new Command("model", "Models for the llm role.") { make };
    }

    private static int Make(ParseResult parsed)
    {
        string path = parsed.GetValue(s_out)!;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        ModelMaker.Make(parsed.GetValue(s_seed), path);
        Console.WriteLine($"{path}: {new FileInfo(path).Length:N0} bytes");
        return ExitCodes.Done;
    }
}
