using System.Text.Json;
using NodeBox.Analysis;
using NodeBox.Analysis.Checks;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary>Analyses a run's folder, shows the comparison, and says with an exit code how the run went.</summary>
internal static class RunOutcome
{
    /// <param name="path">The run folder.</param>
    /// <param name="json">Output for programs.</param>
    /// <param name="recordedTiming">Whether the run was to time models' replies.</param>
    /// <exception cref="RunFolderException">The folder cannot be read.</exception>
    public static int Show(string path, bool json, bool recordedTiming = false)
    {
        using RunFolder folder = RunFolder.Open(path);
        Summary summary = Summary.Of(folder);
        summary.WriteJson(Path.Combine(path, "summary.json"));
        IReadOnlyList<Check> checks = Completeness.Check(folder);
        Report.WriteHtml(folder, summary, checks, Path.Combine(path, "report.html"));
        int timed = TimingTrace.Write(folder);
        (long tasks, long succeeded) = TasksOf(summary, "success");
        (long judged, long correct) = TasksOf(summary, "correct");
        var line = new RunLine(path, tasks, tasks - succeeded, judged, correct, timed, folder.Manifest.WhyIncomplete, summary.Notes, checks);
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(line, OutputJson.Default.RunLine));
        }
        else
        {
            Print(ComparisonTable.Of(summary));
            Print(CallTable.Of(folder));
            Print(LedgerTable.Of(folder.Manifest, losses: true));
            Print(line);
            if (timed > 0)
            {
                Terminal.Out.MarkupLineInterpolated($"{timed} replies of models were timed: {Path.Combine(path, TimingTrace.FileName)}");
            }
        }

        if (recordedTiming && timed == 0)
        {
            Console.Error.WriteLine($"nodebox: there is no {TimingTrace.FileName}: no reply of a model of this testbed was timed.");
        }

        return ExitCodeOf(line);
    }

    /// <summary>How many tasks have a metric that is a share, and how many have it as 1.</summary>
    private static (long Tasks, long Ones) TasksOf(Summary summary, string metric)
    {
        MetricSummary[] shares = [.. summary.Scenarios.Values.Select(scenario => scenario.Metrics.GetValueOrDefault(metric)).OfType<MetricSummary>()];
        return (shares.Sum(static share => share.N), shares.Sum(static share => (long)Math.Round(share.Mean * share.N)));
    }

    // A table that was not measured, or has nothing to tell, is left out.
    private static void Print(TextTable? text)
    {
        if (text is not { Rows.Count: > 0 })
        {
            return;
        }

        Table table = new Table().RoundedBorder();
        bool isWide = text.Columns.Count > 6;
        for (int i = 0; i < text.Columns.Count; i++)
        {
            table.AddColumn(new TableColumn(Markup.Escape(Breakable(text.Columns[i])))
            {
                Alignment = i == 0 ? Justify.Left : Justify.Right,
                NoWrap = i == 0,
                Padding = new Padding(isWide && i > 0 ? 0 : 1, 0, 1, 0),
            });
        }

        foreach (IReadOnlyList<string> row in text.Rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        Terminal.Out.Write(table);
        Terminal.Out.WriteLine(text.Caption);
    }

    // A table breaks lines at spaces only, and would cut off what tells two variants of a scenario apart.
    private static string Breakable(string heading) => heading.Contains(' ') ? heading : heading.Replace("/", "/\n");

    private static void Print(RunLine run)
    {
        Table table = new Table().NoBorder().HideHeaders().AddColumns("outcome", "check");
        foreach (Check check in run.Checks)
        {
            table.AddRow(new Markup(MarkOf(check.Outcome)), new Text($"{check.Name}: {check.Detail}"));
        }

        Terminal.Out.WriteLine();
        foreach (string note in run.Notes)
        {
            Terminal.Out.MarkupLineInterpolated($"[yellow]{note}[/]");
        }

        Terminal.Out.Write(table);
        Terminal.Out.WriteLine();
        if (run.JudgedTasks > 0)
        {
            Terminal.Out.MarkupLineInterpolated($"{run.CorrectTasks} of {run.JudgedTasks} tasks in which models decided were completed correctly.");
        }

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
        CheckOutcome.Noted => "[yellow]noted[/]",
        _ => "[yellow]not measured[/]",
    };

    private static int ExitCodeOf(RunLine run)
    {
        if (run.IncompleteReason is not null)
        {
            return ExitCodes.Incomplete;
        }

        bool failed = run.FailedTasks > 0 || run.Checks.Any(static check => check.Outcome == CheckOutcome.Failed);
        return failed ? ExitCodes.Failed : ExitCodes.Done;
    }
}
