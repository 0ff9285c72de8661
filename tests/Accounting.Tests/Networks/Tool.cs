using System.Diagnostics;

namespace NodeBox.Accounting.Tests.Networks;

/// <summary>Runs the machine's own programs.</summary>
internal static class Tool
{
    private static readonly string[] s_folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Skips the test where the machine cannot have namespaces, probes or captures.</summary>
    public static void SkipUnlessPossible(params IReadOnlyList<string> programs)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for network namespaces and captures");
        Assert.SkipUnless(Smoke.Tests.BpfObjects.Loadable, "needs CAP_BPF");
        foreach (string program in programs.Prepend("ip"))
        {
            Assert.SkipUnless(s_folders.Any(folder => File.Exists(Path.Combine(folder, program))), $"needs the program {program}");
        }
    }

    /// <summary>Runs a program to its end and returns its standard output. Fails the test where it fails.</summary>
    public static string Run(params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)}: exit code {process.ExitCode}\n{output}{errors.Result}");
        return output;
    }
}
