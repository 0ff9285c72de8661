using System.Text.Json;
using NodeBox.Analysis;
using NodeBox.Analysis.Checks;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary>Analyses a run's folder, shows the comparison, and says with an exit code how the run went.</summary>
internal static class RunOutcome
{
    /// <exception cref="RunFolderException">The folder cannot be read.</exception>
    public static int Show(string path, bool json)
    {
        using RunFolder folder = RunFolder.Open(path);
        Summary summary = Summary.Of(folder);
        summary.WriteJson(Path.Combine(path, "summary.json"));
        Report.WriteHtml(folder, summary, Path.Combine(path, "report.html"));
        IReadOnlyList<Check> checks = Completeness.Check(folder);
        (long tasks, long succeeded) = TasksOf(summary);
        var line = new RunLine(path, tasks, tasks - succeeded, folder.Manifest.IncompleteReason, checks);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(line, OutputJson.Default.RunLine));
        }
        else
        {
            Print(ComparisonTable.Of(summary));
            Print(line);
        }

        return ExitCodeOf(line);
    }

    private static (long Tasks, long Succeeded) TasksOf(Summary summary)
    {
        IEnumerable<MetricSummary> successes = summary.Scenarios.Values.Select(static scenario => scenario.Metrics["success"]);
        return (successes.Sum(static success => (long)success.N), successes.Sum(static success => (long)Math.Round(success.Mean * success.N)));
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

        Terminal.Out.Write(table);
        Terminal.Out.WriteLine(comparison.Caption);
        foreach (string note in comparison.Notes)
        {
            Terminal.Out.MarkupLineInterpolated($"[yellow]{note}[/]");
        }
    }

    private static void Print(RunLine run)
    {
        Table table = new Table().NoBorder().HideHeaders().AddColumns("outcome", "check");
        foreach (Check check in run.Checks)
        {
            table.AddRow(new Markup(MarkOf(check.Outcome)), new Text($"{check.Name}: {check.Detail}"));
        }

        Terminal.Out.WriteLine();
        Terminal.Out.Write(table);
        Terminal.Out.WriteLine();
        string report = Path.Combine(run.RunDirectory, "report.html");
        Terminal.Out.MarkupLineInterpolated($"{run.Tasks - run.FailedTasks} of {run.Tasks} tasks succeeded. Report: {report}");
        if (run.IncompleteReason is { } reason)
        {
            Terminal.Out.MarkupLineInterpolated($"[red]The run is incomplete: {reason}[/]");
        }
    }

    private static string MarkOf(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "[green]holds[/]",
        CheckOutcome.Failed => "[red]FAILS[/]",
        _ => "[yellow]not measured[/]",
    };

    private static int ExitCodeOf(RunLine run)
    {
        if (run.IncompleteReason is not null)
        {
            return ExitCodes.Incomplete;
        }

        return run.FailedTasks > 0 || run.Checks.Any(static check => check.Outcome == CheckOutcome.Failed) ? ExitCodes.Failed : ExitCodes.Done;
    }
}
