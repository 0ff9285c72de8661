using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>The running program of one node, as its supervisor holds it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    // Standard error joins standard output before the program starts, so that the log has both in the order of writing.
    // Both sh and ip replace themselves, so that the process id is the program's own.
    private const string JoinErrors = "exec \"$@\" 2>&1";

    private static readonly TimeSpan s_drainGrace = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly string _readyFile;
    private readonly NodeLog _log;
    private readonly Task _logged;

    private NodeProcess(LabNode node, Process process, string readyFile, string logFile)
    {
        _process = process;
        _readyFile = readyFile;
        Node = node;
        Pid = process.Id;
        LogFile = logFile;
        _log = new NodeLog(logFile);
        _logged = _log.CopyFromAsync(process.StandardOutput.BaseStream);
        Exited = WaitForExitAsync();
        Ended = EndAsync();
    }

    internal LabNode Node { get; }

    internal string LogFile { get; }

    internal int Pid { get; }

    /// <summary>128 + n after signal n; null while the program runs.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>Ends when the program does; its log may still be read to the end then.</summary>
    internal Task Exited { get; }

    /// <summary>Ends like <see cref="Exited"/>, or fails when the log cannot be written: a node that nobody reads would hang at a full pipe.</summary>
    internal Task Ended { get; }

    internal bool IsReady => File.Exists(_readyFile);

    internal static NodeProcess Start(LabNode node, string @namespace, string readyFile, string logFile)
    {
        string[] command = ["-c", JoinErrors, "sh", .. Namespaces.ExecPrefix(@namespace), .. node.Command];
        var start = new ProcessStartInfo("/bin/sh", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach ((string name, string value) in node.Variables)
        {
            start.Environment[name] = value;
        }

        start.Environment[NodeEnvironment.ReadyFile] = readyFile;
        start.Environment[NodeEnvironment.ExitWithStdin] = "1";
        return new NodeProcess(node, Process.Start(start)!, readyFile, logFile);
    }

    /// <summary>How the program ended and what it said last, for people. Call it after <see cref="Exited"/>.</summary>
    internal async Task<string> ExplainExitAsync()
    {
        await DrainLogAsync();
        return $"node {Node.Name} {ExitCause.Explain(_process.ExitCode)}; see {LogFile}{Quote(LogFile)}";
    }

    /// <summary>Why the program is not ready, for people.</summary>
    internal string ExplainUnready(TimeSpan waited) =>
        $"node {Node.Name} was not ready within {waited.TotalSeconds:0.#} s; see {LogFile}{Quote(LogFile)}";

    /// <summary>Asks the program to end, as an operator would.</summary>
    internal void Terminate()
    {
        if (!_process.HasExited)
        {
            Libc.Kill(Pid, Libc.SigTerm);
        }
    }

    internal void Kill() => _process.Kill();

    /// <summary>Lets go of a program that has ended, when the log has its last words.</summary>
    public async ValueTask DisposeAsync()
    {
        await DrainLogAsync();
        _process.Dispose();
        _log.Dispose();
    }

    /// <summary>Not for ever: a child that the program left behind can hold the pipe open.</summary>
    private Task DrainLogAsync() => Task.WhenAny(_logged, Task.Delay(s_drainGrace));

    private async Task WaitForExitAsync()
    {
        await _process.WaitForExitAsync();
        ExitCode = _process.ExitCode;
    }

    private async Task EndAsync()
    {
        await await Task.WhenAny(Exited, _logged);
        await Exited;
    }

    private static string Quote(string logFile)
    {
        IReadOnlyList<string> said = NodeLog.Tail(logFile, 5);
        return said.Count == 0 ? ", which is empty" : ", which ends:\n" + string.Join('\n', said.Select(line => "    " + line));
    }
}
