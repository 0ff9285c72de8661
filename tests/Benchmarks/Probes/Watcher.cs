using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace NodeBox.Benchmarks.Probes;

/// <summary>A process that watches the namespace, pinned to the readers' CPU; none where nobody watches.</summary>
internal sealed class Watcher : IDisposable
{
    private const string Output = "artifacts/bench/watch.txt";
    private const string Ready = "ready";
    private const string Closed = "closed";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // bpftrace says that it begins before it attaches the rest. Too short a time shows as connections that were not reported.
    private static readonly TimeSpan s_attaching = TimeSpan.FromSeconds(1);

    private readonly Watch _watch;
    private readonly Process? _process;

    public Watcher(Watch watch, BenchNamespace place, ProbesOptions options)
    {
        _watch = watch;
        if (watch is Watch.Off or Watch.OffAgain)
        {
            return;
        }

        string cpu = options.ReaderCpu.ToString(CultureInfo.InvariantCulture);
        File.Delete(Output);
        _process = Process.Start("ip", place.Inside("sh", "-c", $"{CommandOf(watch, cpu)} >{Output} 2>&1"));
        AwaitReady();
    }

    /// <summary>Its process; null where there is none.</summary>
    public int? Pid => _process?.Id;

    /// <summary>Ends the process; null where there is none.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public WatcherReport? Stop()
    {
        if (_process is null)
        {
            return null;
        }

        Libc.kill(_process.Id, _watch is Watch.Bpftrace ? Libc.SIGINT : Libc.SIGTERM);
        _process.WaitForExit();
        string[] lines = File.ReadAllLines(Output);
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{_watch} ended with {_process.ExitCode}: {string.Join('\n', lines.Take(5))}");
        }

        return lines[^1].StartsWith('{')
            ? JsonSerializer.Deserialize(lines[^1], BenchJson.Default.WatcherReport)
            : new WatcherReport(lines.Count(line => line.StartsWith(Closed, StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
        }

        _process?.Dispose();
    }

    // bpftrace needs two mounts; they stay in the mount namespace that ip(8) makes.
    private static string CommandOf(Watch watch, string cpu)
    {
        return watch is Watch.Bpftrace
            ? "mount -t debugfs none /sys/kernel/debug && mount -t tracefs none /sys/kernel/tracing && "
                + $"exec taskset -c {cpu} bpftrace -B line tests/Benchmarks/Loads/flows.bt"
            : $"exec taskset -c {cpu} {Environment.ProcessPath} read-probes {watch}";
    }

    private void AwaitReady()
    {
        long begin = Stopwatch.GetTimestamp();
        while (!File.Exists(Output) || !File.ReadLines(Output).Contains(Ready))
        {
            if (_process!.HasExited || Stopwatch.GetElapsedTime(begin) > s_patience)
            {
                throw new InvalidOperationException($"{_watch} does not begin to watch: {(File.Exists(Output) ? File.ReadAllText(Output) : "")}");
            }

            Thread.Sleep(20);
        }

        if (_watch is Watch.Bpftrace)
        {
            Thread.Sleep(s_attaching);
        }
    }
}
