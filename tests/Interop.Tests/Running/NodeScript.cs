using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace NodeBox.Interop.Tests.Running;

/// <summary>A script of <c>clients/</c> run by Node.js; what it says is lines of JSON.</summary>
internal sealed class NodeScript : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _script;
    private readonly Process _process;
    private readonly Task<string> _errors;

    private NodeScript(string script, Process process)
    {
        _script = script;
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts the script, or skips the test where Node.js or the packages are missing.</summary>
    public static NodeScript Start(string script, params string[] arguments)
    {
        string folder = Path.Combine(Published.Root, "tests", "Interop.Tests");
        Assert.SkipUnless(Directory.Exists(Path.Combine(folder, "node_modules")), "needs `npm ci` in tests/Interop.Tests");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "clients", script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new NodeScript(script, Process.Start(start)!);
        }
        catch (Win32Exception)
        {
            Assert.Skip("needs Node.js");
            throw;
        }
    }

    /// <summary>Runs a script that says one thing and ends.</summary>
    public static Task<JsonElement> RunAsync(string script, params string[] arguments) => RunAsync(script, arguments, input: "");

    /// <summary>Runs a script that reads <paramref name="input"/>, says one thing and ends.</summary>
    public static async Task<JsonElement> RunAsync(string script, string[] arguments, string input)
    {
        using NodeScript run = Start(script, arguments);
        await run._process.StandardInput.WriteAsync(input);
        run._process.StandardInput.Close();
        return await run.ReadAsync();
    }

    /// <summary>The next line that it says.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        using var patience = new CancellationTokenSource(s_patience);
        string? line = await _process.StandardOutput.ReadLineAsync(patience.Token);
        if (line is null)
        {
            Assert.Fail($"{_script} ended without an answer: {await _errors}");
        }

        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
