using System.CommandLine;
using NodeBox.Configuration;

namespace NodeBox.Commands;

/// <summary><c>nodebox check [SCENARIO…]</c>: validates configuration and scenario files and prints every error with its line.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string[]> s_scenarios = new("SCENARIO")
    {
        Description = "Scenarios to check as well: names, or paths of .toml files. Default: all that come with nodebox.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        s_scenarios.Validators.Add(ConfigOption.RejectOptions);
        var command = new Command("check", "Check roles.toml and the scenarios; print every error with its line.") { s_scenarios, ConfigOption.Config };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        bool good = true;
        string config = NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config));
        good &= Report(config, () => TestbedReader.Load(config));
        string[] asked = parsed.GetValue(s_scenarios) is { Length: > 0 } names ? names : [.. ScenarioFiles.All()];
        foreach (string name in asked)
        {
            string file = ScenarioFiles.Find(name);
            good &= Report(file, () => Scenarios.Definition.Scenario.Load(file));
        }

        return good ? ExitCodes.Done : ExitCodes.Usage;
    }

    private static bool Report(string file, Action check)
    {
        try
        {
            check();
            Console.WriteLine($"{file}: good");
            return true;
        }
        catch (Toml.TomlException e)
        {
            Console.Error.WriteLine(e.Message);
            return false;
        }
    }
}
