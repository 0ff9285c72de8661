using System.CommandLine;
using System.Diagnostics;
using NodeBox.Configuration;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Commands;

/// <summary>
/// <c>nodebox engine MODEL</c>: the process of one model, which a node with the role llm starts and speaks with on its standard streams. Not
/// for people, so that no help lists it.
/// </summary>
internal static class EngineCommand
{
    private const string Name = "engine";

    private static readonly Argument<string> s_model = new("MODEL")
    {
        Description = "The model's name, for those who look at the list of processes; how it runs is said on standard input.",
    };

    public static Command Create()
    {
        var command = new Command(Name, "Run one model for the node that started this.") { s_model };
        command.Hidden = true;
        command.SetAction(static _ => Run());
        return command;
    }

    /// <summary>Starts this program as the process of a model.</summary>
    public static ProcessStartInfo ProgramOf(string model) => new(LabSpecs.Program, [Name, model]);

    // Ctrl-C and what stops a service reach this process too, and must not end it before the node has ended its requests: CommandLine takes
    // the first signal, and this command does nothing about it.
    private static int Run()
    {
        using Stream input = Console.OpenStandardInput();
        using Stream output = Console.OpenStandardOutput();
        EngineHost.Run(input, output);
        return ExitCodes.MachineLacks;
    }
}
