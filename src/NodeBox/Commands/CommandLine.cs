using System.CommandLine;
using System.CommandLine.Parsing;

namespace NodeBox.Commands;

/// <summary>Runs the command that the arguments name, and turns whatever goes wrong into one message and an exit code.</summary>
internal static class CommandLine
{
    // A node flushes its spool and a run its tables before they end; past this the process is ended by force.
    private static readonly TimeSpan s_terminationTimeout = TimeSpan.FromSeconds(30);

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
            ProcessTerminationTimeout = s_terminationTimeout,
        };
        try
        {
            return await parsed.InvokeAsync(invocation);
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"nodebox: {Failure.Describe(e)}");
            return Failure.ExitCodeOf(e);
        }
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
