using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NodeBox.Interop.Tests.Running;

/// <summary>One node of the published binary: a process that ends with this one, however this one ends.</summary>
internal sealed partial class NodeProcess : IDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);
    private static readonly string[] s_troubles = ["error Microsoft.", "critical ", "nodebox: ", "   at ", "Unhandled "];

    private readonly string _name;
    private readonly string _ready;
    private readonly Process _process;
    private readonly Task<string> _log;

    private NodeProcess(string name, string ready, Process process)
    {
        _name = name;
        _ready = ready;
        _process = process;
        _log = process.StandardError.ReadToEndAsync();
    }

    /// <param name="folder">Has roles.toml, and gets what the node keeps.</param>
    /// <param name="name">The node in roles.toml.</param>
    public static NodeProcess Start(string folder, string name)
    {
        string ready = Path.Combine(folder, $"{name}.ready");
        string[] arguments = ["--node", name, "--config", Path.Combine(folder, "roles.toml"), "--state", Path.Combine(folder, "state")];
        var start = new ProcessStartInfo(Published.Binary, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODEBOX_READY_FILE"] = ready;
        // The pipe's other end goes when this process does.
        start.Environment["NODEBOX_EXIT_WITH_STDIN"] = "1";
        // What an operator's shell may have set, and the most talkative setting there is: errors must not tell clients more for it.
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        return new NodeProcess(name, ready, Process.Start(start)!);
    }

    /// <summary>Waits until the node's services listen.</summary>
    public async Task WaitReadyAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        while (!File.Exists(_ready))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(begin) > s_patience)
            {
                _process.Kill();
                Assert.Fail($"node {_name} did not become ready: {await _log}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ends the node as systemd does.</summary>
    /// <returns>What was wrong with its end or in its log; null where nothing was.</returns>
    public async Task<string?> StopAsync()
    {
        if (!_process.HasExited && Kill(_process.Id, SigTerm) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"kill({_process.Id}, SIGTERM)");
        }

        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            return $"node {_name} had to be killed: SIGTERM did not end it within {s_patience.TotalSeconds} s. Its log: {await _log}";
        }

        string log = await _log;
        string[] bad = [.. log.Split('\n').Where(IsTrouble)];
        return _process.ExitCode == 0 && bad.Length == 0 ? null : $"node {_name} exited with {_process.ExitCode} and this log: {log}";
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    // The framework logs an error for an exception that no role caught. Whatever clients send must not lead there.
    private static bool IsTrouble(string line) =>
        s_troubles.Any(trouble => line.StartsWith(trouble, StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
