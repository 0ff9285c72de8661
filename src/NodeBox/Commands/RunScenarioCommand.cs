using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using NodeBox.Analysis;
using NodeBox.Configuration;
using NodeBox.Hosting;
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

    private static readonly Option<string?> s_decide = new("--decide")
    {
        Description = "Who decides what agents do, whatever the scenarios say: the script in their files, or the agents' model.",
        HelpName = string.Join('|', Scenario.Deciders),
    };

    private static readonly Option<bool> s_packets = new(LabSpecs.PacketsOption)
    {
        Description = "Also record each data packet, in packets.parquet. Nodes that are up already must have [probes] packets = true.",
    };

    private static readonly Option<bool> s_recordTiming = new("--record-timing")
    {
        Description = "Also record when each token of the models' replies came, in llm-timing.jsonl: engine = \"timed\" replays it.",
    };

    private static readonly Option<string?> s_state = new("--state")
    {
        Description = "The state directory of this machine's node, where the driver finds its tag map.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> s_driveOnly = new("--drive-only")
    {
        Description = "Write the folder of the run with this id and leave its analysis to the starter.",
        Hidden = true,
    };

    /// <summary>.NET, like a shell, gives this and the signal's number for a program that a signal ended.</summary>
    private const int KilledBySignal = 128;

    public static Command Create()
    {
        s_runs.Validators.Add(static result =>
        {
            // What is no number at all has an error already.
            bool isNumber = int.TryParse(result.Tokens is [var token] ? token.Value : "", CultureInfo.InvariantCulture, out int runs);
            if (isNumber && runs is < 1 or > 1000)
            {
                result.AddError("--runs takes 1 to 1000.");
            }
        });
        s_decide.AcceptOnlyFromAmong([.. Scenario.Deciders]);
        s_names.Validators.Add(ConfigOption.RejectOptions);
        var command = new Command("run-scenario", "Run scenarios on the testbed, compare them, and write a run folder.")
        {
            s_names, s_lab, TopologyOption.Backends, s_runs, s_seed, s_decide, s_packets, s_recordTiming, s_out, ConfigOption.Config, s_state,
            s_driveOnly, ConfigOption.Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Testbed testbed = TopologyOption.Load(parsed);
        RequireOwnLab(parsed, testbed);
        RefuseStateOfLab(parsed);
        string? decide = parsed.GetValue(s_decide);
        Scenario[] scenarios = [.. parsed.GetValue(s_names)!.Select(name => Load(name, decide))];
        RefuseTwins(scenarios);
        RunTargets.CheckEntries(testbed, scenarios);
        RunTargets.CheckDeciders(testbed, scenarios);
        var order = new DriverOrder(
            parsed.GetValue(s_driveOnly) ?? Scenarios.Running.RunId.New(DateTime.UtcNow),
            scenarios,
            parsed.GetValue(s_runs),
            parsed.GetValue(s_seed),
            Path.GetFullPath(parsed.GetValue(s_out)!),
            parsed.GetValue(s_packets),
            parsed.GetValue(s_recordTiming),
            decide,
            parsed.GetValue(ConfigOption.Json));
        testbed = testbed with { Probes = testbed.Probes with { Packets = testbed.Probes.Packets || order.Packets } };
        if (parsed.GetValue(s_lab))
        {
            int driven = await RunInLabAsync(testbed, order, cancellation);
            if (driven != ExitCodes.Done)
            {
                return driven;
            }
        }
        else
        {
            using CancellationTokenSource stop = ParentWatch.StopWith(cancellation);
            await Driver.RunAsync(testbed, parsed.GetValue(s_state), order, stop.Token);
        }

        int code = parsed.GetValue(s_driveOnly) is null ? Show(order, cancellation) : ExitCodes.Done;
        return cancellation.IsCancellationRequested ? ExitCodes.Interrupted : code;
    }

    // Nodes that are up already have the file's topology. The driver in a lab of its own is told what the lab's nodes were.
    private static void RequireOwnLab(ParseResult parsed, Testbed testbed)
    {
        if (testbed.ReplacedBackends is { } written && !parsed.GetValue(s_lab) && parsed.GetValue(s_driveOnly) is null)
        {
            throw new NodeBoxException(
                ExitCodes.Usage,
                $"{LabSpecs.BackendsOption} needs --lab: nodes that are up follow {testbed.File}, which says backends = \"{written}\".");
        }
    }

    // A lab keeps its nodes' state in a folder of its own, and tells the driver which.
    private static void RefuseStateOfLab(ParseResult parsed)
    {
        if (parsed.GetValue(s_lab) && parsed.GetValue(s_state) is not null)
        {
            throw new NodeBoxException(
                ExitCodes.Usage, $"{s_state.Name} is for nodes that are up already: leave it out, as {s_lab.Name} brings up its own.");
        }
    }

    // The tables know a scenario by its name and variant only.
    private static void RefuseTwins(IEnumerable<Scenario> scenarios)
    {
        ((string name, string variant), int times) = scenarios
            .CountBy(static scenario => (scenario.Name, scenario.Variant))
            .FirstOrDefault(static same => same.Value > 1);
        if (times > 1)
        {
            throw new NodeBoxException(
                ExitCodes.Usage,
                $"scenario {name} ({variant}) is given twice, and its tasks could not be told apart: "
                + $"rename one of the files, or repeat with {s_runs.Name}.");
        }
    }

    private static Scenario Load(string name, string? decide)
    {
        Scenario scenario = Scenario.Load(ScenarioFiles.Find(name));
        return scenario with { Decide = decide ?? scenario.Decide };
    }

    // A run that was interrupted before any task ended has nothing to analyse.
    private static int Show(DriverOrder order, CancellationToken cancellation)
    {
        try
        {
            return RunOutcome.Show(order.Folder, order.Json, order.RecordTiming);
        }
        catch (RunFolderException e) when (cancellation.IsCancellationRequested)
        {
            Console.Error.WriteLine($"nodebox: {e.Message}");
            return ExitCodes.Interrupted;
        }
    }

    // The driver is a process of its own in the collector's namespace, as it would be on the collector's machine. It drives only: what the
    // nodes' ends say of the run is known when the lab is down. Returns what the driver returned; of an error it has said on stderr what
    // was wrong.
    private static async Task<int> RunInLabAsync(Testbed testbed, DriverOrder order, CancellationToken cancellation)
    {
        RunningLab lab = await Labs.UpAsync(
            LabSpecs.Of(testbed, LabLifetime.Bound), LabCommand.SuperviseCommand, new LabProgress(), cancellation);
        int driven;
        await using (lab)
        {
            driven = await DriveInLabAsync(testbed, order, lab.Ended, cancellation);
        }

        LabState last = await lab.Ended;
        if (driven > KilledBySignal && driven != ExitCodes.Interrupted)
        {
            RemoveIfEmpty(order.Folder);
            string cause = last.Reason is { } why
                ? $"the lab went down: {why}"
                : $"the driver was killed by signal {driven - KilledBySignal}";
            throw new NodeBoxException(ExitCodes.Incomplete, $"the run is incomplete: {cause}");
        }

        // Without a folder the run had not begun.
        if (driven is ExitCodes.Done or ExitCodes.Interrupted && Directory.Exists(order.Folder))
        {
            Dictionary<string, int?> exits = last.Nodes.ToDictionary(static node => node.Name, static node => node.ExitCode);
            Scenarios.Running.Manifest.NoteEnd(order.Folder, Driver.CommandOfThisProcess, exits, last.Reason);
            return ExitCodes.Done;
        }

        return driven;
    }

    private static void RemoveIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    // The driver ends early, keeping what was measured, when its stdin ends: when the run is cancelled, or this process is no more. It is
    // killed when the lab has ended, as the lab's supervisor would do: no node is left to answer it.
    private static async Task<int> DriveInLabAsync(Testbed testbed, DriverOrder order, Task labEnded, CancellationToken cancellation)
    {
        string[] line = DriverLine(testbed, order);
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true };
        start.Environment[NodeEnvironment.ExitWithStdin] = "1";
        using Process driver = Process.Start(start) ?? throw new NodeBoxException(ExitCodes.MachineLacks, $"cannot start {line[0]}");
        Task exited = driver.WaitForExitAsync(CancellationToken.None);
        await using (cancellation.Register(driver.StandardInput.Close))
        {
            await Task.WhenAny(exited, labEnded);
        }

        driver.Kill();
        await exited;
        return driver.ExitCode;
    }

    private static string[] DriverLine(Testbed testbed, DriverOrder order) =>
    [
        .. LabProcess.ExecPrefix(testbed.Name, testbed.CollectorNode.Name),
        LabSpecs.Program, "run-scenario", .. order.Scenarios.Select(static scenario => Path.GetFullPath(scenario.File)),
        "--runs", $"{order.Runs}", "--seed", $"{order.Seed}", "--out", order.OutDirectory,
        "--config", Path.GetFullPath(testbed.File), "--state", LabProcess.StateFolder(testbed.Name), s_driveOnly.Name, order.RunId,
        .. LabSpecs.BackendsArguments(testbed),
        .. order.Decide is { } decide ? [s_decide.Name, decide] : Array.Empty<string>(),
        .. order.Packets ? [s_packets.Name] : Array.Empty<string>(),
        .. order.RecordTiming ? [s_recordTiming.Name] : Array.Empty<string>(),
        .. order.Json ? [ConfigOption.Json.Name] : Array.Empty<string>(),
    ];
}
