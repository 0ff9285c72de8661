using System.Diagnostics;

namespace NodeBox.Smoke.Tests;

/// <summary>How a run of a program ended.</summary>
internal sealed record Outcome(int ExitCode, IReadOnlyList<string> Out, IReadOnlyList<string> Errors)
{
    /// <summary>Both streams and the exit code, for the message of a failed assertion.</summary>
    public override string ToString() => $"exit code {ExitCode}\nstdout:\n{string.Join('\n', Out)}\nstderr:\n{string.Join('\n', Errors)}";

    /// <summary>Fails unless the program ended with <paramref name="exitCode"/>.</summary>
    public Outcome Expect(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"expected exit code {exitCode}, not {this}");
        Assert.DoesNotContain(Errors, static line => line.StartsWith("   at ", StringComparison.Ordinal));
        return this;
    }
}

/// <summary>A program that runs, in a process group of its own and without a terminal.</summary>
internal sealed class Invocation : IDisposable
{
    private const int IdleLooks = 5;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly string _command;
    private readonly List<string> _out = [];
    private readonly List<string> _errors = [];

    private Invocation(Process process, string command)
    {
        _process = process;
        _command = command;
        process.OutputDataReceived += (_, line) => Append(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program's process id, and its group's.</summary>
    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <param name="folder">The working directory; also what marks the process and its children: see <see cref="Leftovers"/>.</param>
    /// <param name="command">Program and arguments.</param>
    public static Invocation Start(string folder, params IReadOnlyList<string> command)
    {
        // Both replace themselves, so that the process id is the program's. A shell that runs the tests in its background ignores SIGINT
        // for all its descendants.
        string[] line = ["--default-signal=INT,QUIT,TERM", "setsid", .. command];
        var start = new ProcessStartInfo("env", line)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Leftovers.Mark] = folder;
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return new Invocation(process, string.Join(' ', command));
    }

    /// <summary>Waits for a line on stdout or stderr that contains <paramref name="text"/>.</summary>
    public Task SayAsync(string text, TimeSpan? limit = null) =>
        UntilAsync(() => Lines(_out).Concat(Lines(_errors)).Any(line => line.Contains(text)), $"it says “{text}”", limit);

    /// <summary>Waits until <paramref name="condition"/> holds. Fails when the program ends before, or it takes too long.</summary>
    public async Task UntilAsync(Func<bool> condition, string what, TimeSpan? limit = null)
    {
        DateTime until = DateTime.UtcNow + (limit ?? Patience.ForProgress);
        while (!condition())
        {
            Assert.False(_process.HasExited, $"{_command} ended before {what}: {Current()}");
            Assert.True(DateTime.UtcNow < until, $"{_command}: waited in vain until {what}: {Current()}");
            await Task.Delay(s_poll);
        }
    }

    /// <summary>Waits until a program that waits for input sleeps: then it has taken all that there was.</summary>
    public async Task UntilIdleAsync()
    {
        int idle = 0;
        await UntilAsync(() => (idle = IsAsleep() ? idle + 1 : 0) == IdleLooks, "it sleeps");
    }

    /// <summary>Waits for the program's end, and for the end of all that holds its output.</summary>
    public async Task<Outcome> EndAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{_command} has not ended within {limit.TotalSeconds} s, or something else holds its output: {Current()}");
        }

        return Current();
    }

    /// <summary>Ends what a failed test left running.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private bool IsAsleep() => File.ReadAllText($"/proc/{Pid}/stat").Split(") ")[1].StartsWith('S');

    private Outcome Current() => new(_process.HasExited ? _process.ExitCode : -1, Lines(_out), Lines(_errors));

    private static void Append(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }
    }

    private static string[] Lines(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }
}
