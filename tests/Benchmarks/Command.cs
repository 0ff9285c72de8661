using System.Diagnostics;

namespace NodeBox.Benchmarks;

/// <summary>Runs programs to their end.</summary>
internal static class Command
{
    /// <summary>What the program printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static string Run(string program, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} failed: {errors.Result.Trim()}");
    }
}
