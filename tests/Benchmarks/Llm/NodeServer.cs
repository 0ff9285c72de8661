using System.Diagnostics;

namespace NodeBox.Benchmarks.Llm;

/// <summary>Starts the published program as a node that serves a model.</summary>
internal static class NodeServer
{
    public const string ModelName = "testbed";

    private const string Variable = "NODEBOX_BINARY";

    private static int s_started;

    /// <summary>$NODEBOX_BINARY, else what <c>./dev build</c> makes.</summary>
    private static string Binary => Path.GetFullPath(Environment.GetEnvironmentVariable(Variable) ?? "out/nodebox/nodebox");

    /// <param name="folder">A folder of its own, which gets its configuration and state.</param>
    /// <param name="model">The model file.</param>
    /// <param name="settings">More of the table [roles.llm].</param>
    public static Server Start(string folder, string model, string settings) => Start(folder, model, settings, out _);

    /// <param name="folder">A folder of its own, which gets its configuration and state.</param>
    /// <param name="model">The model file.</param>
    /// <param name="settings">More of the table [roles.llm].</param>
    /// <param name="url">Gets its address.</param>
    public static Server Start(string folder, string model, string settings, out Uri url)
    {
        Directory.CreateDirectory(folder);
        string network = $"127.{89 + (Environment.ProcessId % 100)}.{++s_started}";
        // The collector is not started: nobody takes the node's telemetry, which it keeps on disk.
        File.WriteAllText($"{folder}/roles.toml", $"""
            [testbed]
            name = "bench"
            collector = "n2"
            insecure = true
            [roles.llm]
            model = "{Path.GetFullPath(model)}"
            {settings}
            [nodes.n1]
            address = "{network}.1"
            role = "llm"
            [nodes.n2]
            address = "{network}.2"
            role = "collector"
            """);
        string[] arguments = ["--node", "n1", "--config", $"{folder}/roles.toml", "--state", $"{folder}/state"];
        ProcessStartInfo start = new(Binary, arguments) { RedirectStandardInput = true, RedirectStandardError = true };
        start.Environment["NODEBOX_EXIT_WITH_STDIN"] = "1";
        Process process = Process.Start(start)!;
        AwaitReady(process);
        url = new Uri($"http://{network}.1:8000");
        return new Server("nodebox", process, new Uri(url, "/v1/completions"));
    }

    private static void AwaitReady(Process process)
    {
        List<string> said = [];
        while (process.StandardError.ReadLine() is { } line)
        {
            said.Add(line);
            if (line.Contains("is ready on", StringComparison.Ordinal))
            {
                // Whatever else it says must not fill the pipe.
                _ = process.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException($"{Binary} did not become ready: {string.Join('\n', said)}");
    }
}
