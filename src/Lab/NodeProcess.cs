using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>The running program of one node, as its supervisor holds it.</summary>
internal sealed class NodeProcess : IDisposable
{
    // Standard error joins standard output before the program starts, so that the log has both in the order of writing.
    // Both sh and ip replace themselves, so that the process id is the program's own.
    private const string JoinErrors = "exec \"$@\" 2>&1";

    private readonly Process process;
    private readonly string readyFile;
    private readonly NodeLog log;
    private readonly Task logged;

    private NodeProcess(LabNode node, Process process, string readyFile, string logFile)
    {
        this.process = process;
        this.readyFile = readyFile;
        Node = node;
        LogFile = logFile;
        log = new NodeLog(logFile);
        logged = log.CopyFromAsync(process.StandardOutput.BaseStream);
        Exited = process.WaitForExitAsync();
    }

    internal LabNode Node { get; }

    internal string LogFile { get; }

    internal int Pid => process.Id;

    /// <summary>Ends when the program does; its log may still be read to the end then.</summary>
    internal Task Exited { get; }

    internal bool IsReady => File.Exists(readyFile);

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
        // A child that the program left behind can hold the pipe open for ever.
        await Task.WhenAny(logged, Task.Delay(TimeSpan.FromSeconds(1)));
        return $"node {Node.Name} {ExitCause.Explain(process.ExitCode)}; see {LogFile}{Quote(LogFile)}";
    }

    /// <summary>Why the program is not ready, for people.</summary>
    internal string ExplainUnready(TimeSpan waited) =>
        $"node {Node.Name} was not ready within {waited.TotalSeconds:0.#} s; see {LogFile}{Quote(LogFile)}";

    internal void Terminate()
    {
        if (!process.HasExited)
        {
            Libc.Kill(process.Id, Libc.SigTerm);
        }
    }

    internal void Kill() => process.Kill();

    public void Dispose()
    {
        process.Dispose();
        log.Dispose();
    }

    private static string Quote(string logFile)
    {
        IReadOnlyList<string> said = NodeLog.Tail(logFile, 5);
        return said.Count == 0 ? ", which is empty" : ", which ends:\n" + string.Join('\n', said.Select(line => "    " + line));
    }
}
