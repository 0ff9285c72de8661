using System.Diagnostics;

namespace NodeBox.Interop.Tests.Running;

/// <summary>The published binary and the working tree that it was published from.</summary>
internal static class Published
{
    private const string BinaryVariable = "NODEBOX_BINARY";

    /// <summary>The root of the working tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>$NODEBOX_BINARY, else what <c>./dev build</c> makes. Without it the test fails: there is nothing to test.</summary>
    public static string Binary
    {
        get
        {
            string path = Environment.GetEnvironmentVariable(BinaryVariable) is { Length: > 0 } asked
                ? Path.GetFullPath(asked)
                : Path.Combine(Root, "out", "nodebox", "nodebox");
            Assert.True(File.Exists(path), $"there is no {path}: run ./dev build first, or name a binary in {BinaryVariable}");
            return path;
        }
    }

    /// <summary>Runs a command of the binary to its end, which must be a good one.</summary>
    public static async Task RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Task<string> output = process.StandardOutput.ReadToEndAsync(patience.Token);
        string errors = await process.StandardError.ReadToEndAsync(patience.Token);
        await output;
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, $"nodebox {string.Join(' ', arguments)} exited with {process.ExitCode}: {errors}");
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "nodebox.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"no nodebox.sln above {AppContext.BaseDirectory}");
    }
}
