using System.Diagnostics;
using System.Globalization;
using NodeBox.Llama.Hub;
using Spectre.Console;

namespace NodeBox.Commands;

/// <summary>Shows a download on stderr: a bar with rate and time left on a terminal, else a line now and then.</summary>
internal static class PullView
{
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(10);

    public static Task ShowAsync(HubModel model, Func<IProgress<HubProgress>, Task> pull)
    {
        if (Console.IsErrorRedirected)
        {
            return pull(new Lines(model));
        }

        return Terminal.Error.Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => pull(new Bars(context)));
    }

    private sealed class Bars(ProgressContext context) : IProgress<HubProgress>
    {
        private readonly Dictionary<HubFile, ProgressTask> _bars = [];

        public void Report(HubProgress progress)
        {
            if (!_bars.TryGetValue(progress.File, out ProgressTask? bar))
            {
                bar = context.AddTask(Markup.Escape(progress.File.Name), maxValue: progress.File.Size);
                _bars[progress.File] = bar;
            }

            bar.Value = progress.Done;
        }
    }

    private sealed class Lines(HubModel model) : IProgress<HubProgress>
    {
        private HubFile? _file;
        private long _begunAt;
        private long _begunWith;
        private TimeSpan _shown;

        public void Report(HubProgress progress)
        {
            if (progress.File != _file)
            {
                (_file, _begunAt, _begunWith, _shown) = (progress.File, Stopwatch.GetTimestamp(), progress.Done, TimeSpan.Zero);
                Write($"{_file.Name}: {progress.Done >> 20} of {_file.Size >> 20} MiB are there (file {model.Files.ToList().IndexOf(_file) + 1} of {model.Files.Count})");
            }

            TimeSpan elapsed = Stopwatch.GetElapsedTime(_begunAt);
            bool isDone = progress.Done == progress.File.Size;
            if (elapsed - _shown >= s_lineInterval || (isDone && progress.Done > _begunWith))
            {
                _shown = elapsed;
                double rate = (progress.Done - _begunWith) / Math.Max(elapsed.TotalSeconds, 0.001);
                var left = TimeSpan.FromSeconds(Math.Min((progress.File.Size - progress.Done) / Math.Max(rate, 1), TimeSpan.FromDays(99).TotalSeconds));
                Write($"{_file!.Name}: {100.0 * progress.Done / _file.Size:0} %, {rate / 1048576:0.0} MiB/s, {left:d\\.hh\\:mm\\:ss} left");
            }
        }

        private static void Write(FormattableString line) => Console.Error.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }
}
