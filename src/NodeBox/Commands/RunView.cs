using System.Text.Json;
using NodeBox.Scenarios.Running;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary>Shows a run while it goes on: a bar per scenario and repetition on stderr, or JSON lines on stdout.</summary>
internal static class RunView
{
    public static Task ShowAsync(bool json, Func<IProgress<RunProgress>, Task> run)
    {
        if (json)
        {
            return run(new JsonLines());
        }

        IAnsiConsole console = Terminal.Error;
        return console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => run(new Bars(console, context)));
    }

    private sealed class Bars(IAnsiConsole console, ProgressContext context) : IProgress<RunProgress>
    {
        private readonly Lock _reporting = new();
        private readonly Dictionary<string, ProgressTask> _bars = [];
        private string _phase = "";

        public void Report(RunProgress progress)
        {
            lock (_reporting)
            {
                if (progress.Failure is { } failure)
                {
                    console.MarkupLineInterpolated($"[red]{NameOf(progress) ?? progress.Phase}: {failure}[/]");
                }

                if (NameOf(progress) is { } scenario)
                {
                    Bar($"{scenario}, run {progress.Rep}", progress.Total).Value = progress.Done;
                }
                else if (progress.Phase != _phase)
                {
                    _phase = progress.Phase;
                    console.MarkupLineInterpolated($"[grey]{progress.Phase}[/]");
                }
            }
        }

        private static string? NameOf(RunProgress progress) =>
            progress.Variant is null ? progress.Scenario : $"{progress.Scenario}/{progress.Variant}";

        private ProgressTask Bar(string name, int total)
        {
            if (!_bars.TryGetValue(name, out ProgressTask? bar))
            {
                bar = context.AddTask(Markup.Escape(name), maxValue: total);
                _bars[name] = bar;
            }

            return bar;
        }
    }

    private sealed class JsonLines : IProgress<RunProgress>
    {
        private readonly Lock _writing = new();

        public void Report(RunProgress progress)
        {
            string line = JsonSerializer.Serialize(progress, OutputJson.Default.RunProgress);
            lock (_writing)
            {
                Console.WriteLine(line);
            }
        }
    }
}
