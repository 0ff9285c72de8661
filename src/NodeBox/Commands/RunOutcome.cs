using System.Text.Json;
using NodeBox.Analysis;
using NodeBox.Analysis.Checks;
using NodeBox.Scenarios.Running;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary>Analyses a finished run, shows the comparison, and says with an exit code how it went.</summary>
internal static class RunOutcome
{
    public static int Show(RunResult result, bool json)
    {
        IReadOnlyList<Check> checks = result.Tasks > 0 ? Analyse(result.Folder, json) : [];
        if (json)
        {
            var line = new RunLine(result.Folder, result.Tasks, result.FailedTasks, result.IncompleteReason, checks);
            Console.WriteLine(JsonSerializer.Serialize(line, OutputJson.Default.RunLine));
        }
        else
        {
            Print(result, checks);
        }

        return ExitCodeOf(result, checks);
    }

    private static IReadOnlyList<Check> Analyse(string path, bool json)
    {
        using RunFolder folder = RunFolder.Open(path);
        Summary summary = Summary.Of(folder);
        summary.WriteJson(Path.Combine(path, "summary.json"));
        Report.WriteHtml(folder, summary, Path.Combine(path, "report.html"));
        if (!json)
        {
            Print(ComparisonTable.Of(summary));
        }

        return Completeness.Check(folder);
    }

    private static void Print(ComparisonTable comparison)
    {
        Table table = new Table().RoundedBorder();
        foreach (string column in comparison.Columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)) { Alignment = column.Length == 0 ? Justify.Left : Justify.Right });
        }

        foreach (IReadOnlyList<string> row in comparison.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(comparison.Caption);
        foreach (string note in comparison.Notes)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{note}[/]");
        }
    }

    private static void Print(RunResult result, IReadOnlyList<Check> checks)
    {
        foreach (Check check in checks)
        {
            string colour = check.Outcome switch
            {
                CheckOutcome.Passed => "green",
                CheckOutcome.Failed => "red",
                _ => "yellow",
            };
            AnsiConsole.MarkupLine($"[{colour}]{check.Outcome.ToString().ToLowerInvariant(),-7}[/] {Markup.Escape($"{check.Name}: {check.Detail}")}");
        }

        AnsiConsole.MarkupLineInterpolated($"{result.Tasks - result.FailedTasks} of {result.Tasks} tasks succeeded. Report: {Path.Combine(result.Folder, "report.html")}");
        if (result.IncompleteReason is { } reason)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]The run is incomplete: {reason}[/]");
        }
    }

    private static int ExitCodeOf(RunResult result, IReadOnlyList<Check> checks)
    {
        if (result.Interrupted)
        {
            return ExitCodes.Interrupted;
        }

        if (result.IncompleteReason is not null)
        {
            return ExitCodes.Incomplete;
        }

        return result.FailedTasks > 0 || checks.Any(static check => check.Outcome == CheckOutcome.Failed) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
