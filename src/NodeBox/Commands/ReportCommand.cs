using System.CommandLine;

namespace NodeBox.Commands;

/// <summary><c>nodebox report RUN</c>: analyses a run folder again, rewrites its summary and report, and prints the comparison.</summary>
internal static class ReportCommand
{
    private static readonly Argument<string> s_run = new("RUN")
    {
        Description = "The run's folder, for example runs/20261120T195502Z-99d1a7.",
    };

    public static Command Create()
    {
        s_run.Validators.Add(ConfigOption.RejectOptions);
        var command = new Command("report", "Analyse a run folder again: rewrite summary.json and report.html, print the comparison.") { s_run, ConfigOption.Json };
        command.SetAction(static parsed => RunOutcome.Show(parsed.GetValue(s_run)!, parsed.GetValue(ConfigOption.Json)));
        return command;
    }
}
