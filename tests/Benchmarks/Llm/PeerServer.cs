using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeBox.Benchmarks.Llm;

/// <summary>Starts node-llama-cpp behind a small HTTP server: <c>peer/peer.mjs</c>.</summary>
internal static class PeerServer
{
    private const string Folder = "tests/Benchmarks/Llm/peer";

    /// <param name="model">The model file.</param>
    /// <param name="options">Threads, slots and context are those of the node.</param>
    /// <param name="version">Gets the package's version.</param>
    /// <exception cref="InvalidOperationException">Node.js or the package is missing, or it did not start.</exception>
    public static Server Start(string model, LlmOptions options, out string version)
    {
        if (!Directory.Exists($"{Folder}/node_modules/node-llama-cpp"))
        {
            throw new InvalidOperationException($"node-llama-cpp is missing: run npm ci in {Folder}");
        }

        IEnumerable<string> numbers = new[] { options.Threads, options.Slots, options.Context }.Select(static number => number.ToString(CultureInfo.InvariantCulture));
        ProcessStartInfo start = new("node", [$"{Folder}/peer.mjs", model, .. numbers])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            Process process = Process.Start(start)!;
            string said = process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException($"{Folder}/peer.mjs ended before it was ready: it says above why");
            JsonNode ready = JsonNode.Parse(said)!;
            version = $"{ready["version"]}, llama.cpp {ready["release"]}";
            return new Server("node-llama-cpp", process, new Uri(ready["url"]!.GetValue<string>()));
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("Node.js is missing: install nodejs and npm");
        }
    }
}
