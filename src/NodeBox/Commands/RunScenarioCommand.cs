using System.CommandLine;
using NodeBox.Configuration;
using NodeBox.Lab;
using NodeBox.Scenarios.Definition;

namespace NodeBox.Commands;

/// <summary><c>nodebox run-scenario NAME…</c>: drives scenarios on the testbed and compares them.</summary>
internal static class RunScenarioCommand
{
    private static readonly Argument<string[]> s_names = new("NAME")
    {
        Description = "Scenarios to run: names, or paths of .toml files.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> s_lab = new("--lab")
    {
        Description = "Bring the testbed up as a lab on this machine for this run, and take it down after it.",
    };

    private static readonly Option<int> s_runs = new("--runs")
    {
        Description = "Repetitions, all in one run folder.",
        DefaultValueFactory = static _ => 1,
        HelpName = "N",
    };

    private static readonly Option<ulong> s_seed = new("--seed")
    {
        Description = "Makes the tasks: the same seed gives the same tasks in every scenario.",
        DefaultValueFactory = static _ => 1,
        HelpName = "S",
    };

    private static readonly Option<string> s_out = new("--out")
    {
        Description = "The parent of the run folder.",
        DefaultValueFactory = static _ => "runs",
        HelpName = "DIR",
    };

    private static readonly Option<string?> s_state = new("--state")
    {
        Description = "The state directory of this machine's node, where the driver finds its tag map.",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        s_runs.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--runs takes 1 to 1000.");
            }
        });
        var command = new Command("run-scenario", "Run scenarios on the testbed, compare them, and write a run folder.")
        {
            s_names, s_lab, s_runs, s_seed, s_out, ConfigOption.Config, s_state, ConfigOption.Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Testbed testbed = TestbedReader.Load(NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config)));
        Scenario[] scenarios = [.. parsed.GetValue(s_names)!.Select(static name => Scenario.Load(ScenarioFiles.Find(name)))];
        return parsed.GetValue(s_lab) ? RunInLabAsync(parsed, testbed, scenarios, cancellation) : DriveAsync(parsed, testbed, scenarios, cancellation);
    }

    private static Task<int> DriveAsync(ParseResult parsed, Testbed testbed, Scenario[] scenarios, CancellationToken cancellation)
    {
        var order = new DriverOrder(scenarios, parsed.GetValue(s_runs), parsed.GetValue(s_seed), parsed.GetValue(s_out)!, parsed.GetValue(ConfigOption.Json));
        return Driver.RunAsync(testbed, parsed.GetValue(s_state), order, cancellation);
    }

    // The driver is a process of its own in the collector's namespace, as it would be on the collector's machine.
    private static async Task<int> RunInLabAsync(ParseResult parsed, Testbed testbed, Scenario[] scenarios, CancellationToken cancellation)
    {
        await using RunningLab lab = await Labs.UpAsync(
            LabSpecs.Of(testbed, LabLifetime.Bound), LabCommand.SuperviseCommand, new LabProgress(), cancellation);
        string[] driver =
        [
            LabSpecs.Program, "run-scenario", .. scenarios.Select(static scenario => Path.GetFullPath(scenario.File)),
            "--runs", $"{parsed.GetValue(s_runs)}", "--seed", $"{parsed.GetValue(s_seed)}", "--out", Path.GetFullPath(parsed.GetValue(s_out)!),
            "--config", Path.GetFullPath(testbed.File), "--state", LabProcess.StateFolder(testbed.Name),
            .. parsed.GetValue(ConfigOption.Json) ? ["--json"] : Array.Empty<string>(),
        ];
        Task<int> driving = LabCommand.RunInNodeAsync(testbed.Name, testbed.CollectorNode.Name, driver, cancellation);
        await Task.WhenAny(driving, lab.Ended);
        if (!driving.IsCompleted && (await lab.Ended).Reason is { } reason)
        {
            throw new NodeBoxException(ExitCodes.Incomplete, $"the run is incomplete: the lab went down: {reason}");
        }

        return await driving;
    }
}
