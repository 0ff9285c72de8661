using System.Diagnostics;
using System.Text.Json;

namespace NodeBox.Interop.Tests.Grpc;

/// <summary>A script of <c>clients/</c> run by Node.js; what it says is lines of JSON.</summary>
internal sealed class NodeScript : IDisposable
{
    private readonly Process _process;

    private NodeScript(Process process) => _process = process;

    /// <summary>The root of the working tree.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Starts the script, or skips the test where Node.js or the script's packages are missing.</summary>
    public static NodeScript Start(string script, params string[] arguments)
    {
        string folder = Path.Combine(Root, "tests", "Interop.Tests");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules", "@grpc")), "needs `npm ci` in tests/Interop.Tests");
        ProcessStartInfo start = new("node", [Path.Combine(folder, "clients", script), .. arguments]) { RedirectStandardOutput = true };
        try
        {
            return new NodeScript(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("needs Node.js");
            throw;
        }
    }

    /// <summary>The next line that it says.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(20));
        string? line = await _process.StandardOutput.ReadLineAsync(patience.Token);
        Assert.NotNull(line);
        return JsonDocument.Parse(line).RootElement;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
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
