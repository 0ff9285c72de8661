using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;

namespace NodeBox.Commands;

/// <summary>Runs the command that the arguments name, and turns whatever goes wrong into one message and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
            {
                Console.Error.WriteLine($"nodebox: {error.Message}");
            }

            Console.Error.WriteLine($"Try `{Path.GetFileName(Environment.ProcessPath)} {PathOf(parsed)}--help`.");
            return ExitCodes.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        try
        {
            return await parsed.InvokeAsync(invocation, stop.Token);
        }
        catch (OperationCanceledException e) when (e.InnerException is not TimeoutException)
        {
            // A request that took too long is cancelled as well, but by nobody.
            return ExitCodes.Interrupted;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"nodebox: {Failure.Describe(e)}");
            return stop.IsCancellationRequested ? ExitCodes.Interrupted : Failure.ExitCodeOf(e);
        }
    }

    // The first signal lets a node flush its spool and a run write its tables; a second one ends the process at once.
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        _ = stop.CancelAsync();
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (CommandResult? at = parsed.CommandResult; at?.Parent is CommandResult parent; at = parent)
        {
            names.Insert(0, at.Command.Name);
        }

        return string.Concat(names.Select(static name => name + " "));
    }
}
