using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using NodeBox.Configuration;
using NodeBox.Lab;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary><c>nodebox lab up|status|exec|down</c>: the testbed as network namespaces on this machine.</summary>
internal static class LabCommand
{
    private static readonly Argument<string> s_node = new("NODE") { Description = "The node's name, for example n1." };

    private static readonly Argument<string[]> s_program = new("COMMAND")
    {
        Description = "The program and its arguments; put -- before it.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var up = new Command("up", "Bring the lab up and leave it running.") { ConfigOption.Config };
        up.SetAction(UpAsync);
        var status = new Command("status", "Say which labs are up, or why one failed.") { ConfigOption.Json };
        status.SetAction(Status);
        var exec = new Command("exec", "Run a program in a node's namespace.") { s_node, s_program, ConfigOption.Config };
        exec.SetAction(ExecAsync);
        var down = new Command("down", "Take the lab down, and remove whatever a killed one left.") { ConfigOption.Config };
        down.SetAction(DownAsync);
        var supervise = new Command("supervise", "Own a lab's namespaces and processes. Started by `lab up`.") { Hidden = true };
        supervise.SetAction((_, _) => LabSupervisor.RunAsync());
        return new Command("lab", "A lab of network namespaces on this machine, one per node of roles.toml.") { up, status, exec, down, supervise };
    }

    /// <summary>How a lab starts its supervisor.</summary>
    public static IReadOnlyList<string> SuperviseCommand => [LabSpecs.Program, "lab", "supervise"];

    private static async Task<int> UpAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Testbed testbed = TestbedReader.Load(NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config)));
        await using RunningLab lab = await Labs.UpAsync(
            LabSpecs.Of(testbed, LabLifetime.Persistent), SuperviseCommand, new LabProgress(), cancellation);
        Terminal.Out.Write(TableOf(lab.State));
        return ExitCodes.Done;
    }

    private static int Status(ParseResult parsed)
    {
        IReadOnlyList<LabState> labs = Labs.All();
        if (parsed.GetValue(ConfigOption.Json))
        {
            foreach (LabState lab in labs)
            {
                Console.WriteLine(lab.ToJson());
            }
        }
        else
        {
            Print(labs);
        }

        return labs.Any(static lab => lab.Status is LabStatus.Failed or LabStatus.Abandoned) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static void Print(IReadOnlyList<LabState> labs)
    {
        if (labs.Count == 0)
        {
            Console.WriteLine("no lab is up");
        }

        foreach (LabState lab in labs)
        {
            Console.WriteLine($"{lab.Name}: {lab.Status.ToString().ToLowerInvariant()}{(lab.Reason is null ? "" : $": {lab.Reason}")}");
            Terminal.Out.Write(TableOf(lab));
        }
    }

    private static async Task<int> ExecAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Testbed testbed = TestbedReader.Load(NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config)));
        int code = await RunInNodeAsync(testbed.Name, parsed.GetValue(s_node)!, parsed.GetValue(s_program)!);
        return cancellation.IsCancellationRequested ? ExitCodes.Interrupted : code;
    }

    private static async Task<int> DownAsync(ParseResult parsed, CancellationToken cancellation)
    {
        Testbed testbed = TestbedReader.Load(NodeSelection.FindConfig(parsed.GetValue(ConfigOption.Config)));
        LabState? before = await Labs.DownAsync(testbed.Name);
        Console.WriteLine(before is null ? $"no lab {testbed.Name} is up" : $"{testbed.Name} is down");
        return ExitCodes.Done;
    }

    // Ctrl-C reaches the program too: it decides how it ends, and this process waits for it. A driver finds the node's state by itself.
    private static async Task<int> RunInNodeAsync(string lab, string node, IReadOnlyList<string> command)
    {
        string[] line = [.. LabProcess.ExecPrefix(lab, node), .. command];
        var start = new ProcessStartInfo(line[0], line[1..]);
        start.Environment[StateDirectory.Variable] = LabProcess.StateFolder(lab);
        using Process program = Process.Start(start)
            ?? throw new NodeBoxException(ExitCodes.MachineLacks, $"cannot start {line[0]}");
        await program.WaitForExitAsync();
        return program.ExitCode;
    }

    private static Table TableOf(LabState lab)
    {
        Table table = new Table().RoundedBorder().AddColumns("node", "address", "pid", "namespace", "log");
        foreach (NodeState node in lab.Nodes)
        {
            table.AddRow(
                Markup.Escape(node.Name),
                Markup.Escape(node.Address),
                node.Pid == 0 ? "" : $"{node.Pid}",
                Markup.Escape(node.Namespace),
                Markup.Escape(node.Log));
        }

        return table;
    }
}
