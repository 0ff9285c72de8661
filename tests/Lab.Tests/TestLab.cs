using System.Diagnostics;
using System.Security.Cryptography;

namespace NodeBox.Lab.Tests;

/// <summary>A lab name of its own, and the proof after the test that nothing of that name is left on the machine.</summary>
internal sealed class TestLab : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Becomes ready, and ends with its supervisor.</summary>
    internal const string Obedient = "touch \"$NODEBOX_READY_FILE\"; exec cat";

    internal TestLab()
    {
        try
        {
            Machine.Check();
        }
        catch (LabException e)
        {
            Assert.Skip("needs root and iproute2: " + e.Message);
        }
    }

    internal string Name { get; } = "t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    internal string Directory => System.IO.Path.Combine(LabFiles.Root, Name);

    internal static LabNode Shell(int number, string script) => new($"n{number}", $"10.77.0.{number}", ["sh", "-c", script]);

    internal static LabSpec TwoNodes(string name) => new(name, [Shell(1, Obedient), Shell(2, Obedient)]);

    internal LabSpec Spec(params IReadOnlyList<string> scripts) => new(Name, [.. scripts.Select((script, index) => Shell(index + 1, script))]);

    internal static Task<RunningLab> UpAsync(LabSpec spec, CancellationToken cancellation = default) =>
        Labs.UpAsync(spec, Program.Supervise, progress: null, cancellation);

    /// <summary>Runs a program in a node; returns its standard output, trimmed.</summary>
    internal async Task<string> ExecAsync(string node, params IReadOnlyList<string> command) =>
        await OutputAsync([.. LabProcess.ExecPrefix(Name, node), .. command]);

    internal static async Task<string> OutputAsync(params IReadOnlyList<string> command)
    {
        using Process process = Start(command);
        using var limit = new CancellationTokenSource(Patience);
        string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return output.Trim();
    }

    internal static Process Start(IReadOnlyList<string> command) =>
        Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true })!;

    internal static async Task UntilAsync(Func<bool> condition, string what)
    {
        DateTime until = DateTime.UtcNow + Patience;
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < until, $"waited in vain: {what}");
            await Task.Delay(20);
        }
    }

    /// <summary>What of the lab is on the machine: namespaces, hosts files, processes that it started.</summary>
    internal IReadOnlyList<string> Remains()
    {
        string prefix = $"nb-{Name}-";
        return
        [
            .. Entries("/run/netns", prefix),
            .. Entries("/etc/netns", prefix),
            .. Processes(),
        ];
    }

    /// <summary>Processes that got this lab's environment, at any depth.</summary>
    internal IReadOnlyList<string> Processes() =>
        [.. System.IO.Directory.EnumerateDirectories("/proc").Where(IsOfThisLab)];

    public async ValueTask DisposeAsync()
    {
        await Labs.DownAsync(Name);
        Assert.Empty(Remains());
        Assert.False(System.IO.Directory.Exists(Directory));
    }

    private bool IsOfThisLab(string process)
    {
        try
        {
            return File.ReadAllText(System.IO.Path.Combine(process, "environ")).Contains($"{NodeEnvironment.ReadyFile}={Directory}/");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is no process, or is gone by now, or is the kernel's.
            return false;
        }
    }

    private static IEnumerable<string> Entries(string folder, string prefix) => System.IO.Directory.Exists(folder)
        ? System.IO.Directory.EnumerateFileSystemEntries(folder, prefix + "*")
        : [];
}
