using System.Diagnostics;

namespace NodeBox.Lab;

/// <summary>Finds and runs the system's programs.</summary>
internal static class Programs
{
    /// <summary>Path of iproute2's <c>ip</c>.</summary>
    internal static string Ip => Find("ip")
        ?? throw new LabException(LabFault.Machine, "a lab needs the program ip: run apt-get install iproute2");

    /// <summary>Path of util-linux's <c>setsid</c>.</summary>
    internal static string Setsid => Find("setsid")
        ?? throw new LabException(LabFault.Machine, "a lab needs the program setsid: run apt-get install util-linux");

    /// <summary>
    /// The program's path, null when there is none. <see cref="Process"/> would look in the current folder first, which is no place for a
    /// program that runs as root; the sbin folders are often missing from PATH.
    /// </summary>
    internal static string? Find(string program) => Find(program, Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin");

    internal static string? Find(string program, string searchPath)
    {
        if (program.Contains('/'))
        {
            return IsExecutable(program) ? program : null;
        }

        return searchPath
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>Runs <c>ip</c> and returns its output. Throws with its words when it fails.</summary>
    internal static string RunIp(params IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Ip, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process ip = Process.Start(start)!;
        ip.StandardInput.Close();
        Task<string> errors = ip.StandardError.ReadToEndAsync();
        string output = ip.StandardOutput.ReadToEnd();
        ip.WaitForExit();
        return ip.ExitCode == 0
            ? output
            : throw new LabException(LabFault.Machine, $"ip {string.Join(' ', arguments)}: {errors.Result.Trim()} (exit {ip.ExitCode})");
    }

    private static bool IsExecutable(string path) => File.Exists(path) && Libc.MayExecute(path);
}
