using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeBox.Smoke.Tests;

/// <summary>
/// A testbed of four nodes in a folder of its own: roles.toml, a model, scenarios and what the program writes. Disposing it takes its lab
/// down and proves that nothing is left.
/// </summary>
internal sealed class Testbed : IAsyncDisposable
{
    private const string Lab = "10.77.0";

    private static readonly string[] s_ip = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"];

    private Testbed(string network)
    {
        Network = network;
        Configure(File.ReadAllText(Path.Combine(Published.Root, "roles.toml"))
            .Replace("name = \"lab\"", $"name = \"{Name}\"")
            .Replace("models/testbed.gguf", "testbed.gguf")
            .Replace($"\"{Lab}.", $"\"{network}."));
    }

    /// <summary>Names the lab; no other test and no one else's lab has it.</summary>
    public string Name { get; } = "smoke" + RandomNumberGenerator.GetHexString(6, lowercase: true);

    /// <summary>The working directory of every command.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nodebox-smoke-").FullName;

    /// <summary>The first three numbers of the nodes' addresses.</summary>
    public string Network { get; }

    /// <summary>The folder of what nodes keep, outside of a lab.</summary>
    public string State => Path.Combine(Folder, "state");

    /// <summary>Why this machine cannot have a lab of network namespaces, null where it can.</summary>
    public static string? WhyNoLab { get; } = (Environment.IsPrivilegedProcess, s_ip.Any(File.Exists)) switch
    {
        (false, _) => "needs root, for a lab of network namespaces",
        (true, false) => "needs iproute2, for a lab of network namespaces",
        _ => null,
    };

    /// <summary>A testbed whose lab may be brought up. Skips the test where labs are not possible.</summary>
    public static Testbed InLab()
    {
        Assert.SkipWhen(WhyNoLab is not null, WhyNoLab ?? "");
        return new Testbed(Lab);
    }

    /// <summary>A testbed whose nodes are on loopback addresses of this machine.</summary>
    public static Testbed OnLoopback() => new($"127.{RandomNumberGenerator.GetInt32(64, 250)}.{RandomNumberGenerator.GetInt32(1, 250)}");

    /// <summary>Writes roles.toml.</summary>
    public void Configure(string text) => Write("roles.toml", text);

    /// <summary>Changes roles.toml.</summary>
    public void Reconfigure(string what, string with)
    {
        string text = File.ReadAllText(Path.Combine(Folder, "roles.toml"));
        Assert.Contains(what, text);
        Configure(text.Replace(what, with));
    }

    /// <summary>Writes a file and returns its path.</summary>
    public string Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>The three scenarios that come with the program, with so few tasks and words that they take seconds.</summary>
    public void WriteSmallScenarios(int tasks, int concurrency)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Published.Root, "scenarios"), "*.toml"))
        {
            string text = File.ReadAllText(file);
            text = Regex.Replace(text, "(?m)^tasks = .*$", $"tasks = {tasks}");
            text = Regex.Replace(text, "(?m)^concurrency = .*$", $"concurrency = {concurrency}");
            text = Regex.Replace(text, "(?m)^deadline = .*$", "deadline = \"120s\"");
            text = Regex.Replace(text, "(?m)^answer_max_tokens = .*$", "answer_max_tokens = 8");
            Write(Path.Combine("scenarios", Path.GetFileName(file)), text);
        }
    }

    /// <summary>Makes the model that roles.toml names.</summary>
    public async Task MakeModelAsync() => (await RunAsync("model", "make", "--seed", "1", "--out", "testbed.gguf")).Expect(0);

    /// <summary>Runs the program to its end.</summary>
    public Task<Outcome> RunAsync(params IReadOnlyList<string> arguments) =>
        RunAsync(Patience.ForCommand, [Published.Binary, .. arguments]);

    /// <summary>Runs any command in the testbed's folder to its end.</summary>
    public async Task<Outcome> RunAsync(TimeSpan limit, IReadOnlyList<string> command)
    {
        using Invocation invocation = Invocation.Start(Folder, command);
        return await invocation.EndAsync(limit);
    }

    /// <summary>Starts the program and leaves it running.</summary>
    public Invocation Start(params IReadOnlyList<string> arguments) => Invocation.Start(Folder, [Published.Binary, .. arguments]);

    /// <summary>Starts one node outside of a lab.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="prefix">A command that runs the program, or nothing.</param>
    public Invocation StartNode(string node, params IReadOnlyList<string> prefix) =>
        Invocation.Start(Folder, [.. prefix, Published.Binary, "--node", node, "--state", State]);

    /// <summary>What <c>lab status --json</c> says of this testbed's lab; undefined where it says nothing.</summary>
    public async Task<JsonElement> LabStatusAsync()
    {
        Outcome status = await RunAsync("lab", "status", "--json");
        Assert.InRange(status.ExitCode, 0, 1);
        return status.Out
            .Select(static line => JsonDocument.Parse(line).RootElement)
            .FirstOrDefault(lab => lab.GetProperty("name").GetString() == Name);
    }

    /// <summary>The process ids of the lab's nodes, by name.</summary>
    public async Task<IReadOnlyDictionary<string, int>> NodePidsAsync()
    {
        JsonElement lab = await LabStatusAsync();
        return lab.GetProperty("nodes").EnumerateArray().ToDictionary(
            static node => node.GetProperty("name").GetString()!,
            static node => node.GetProperty("pid").GetInt32());
    }

    /// <summary>The one run folder that there is.</summary>
    public string RunFolder() => Directory.GetDirectories(Path.Combine(Folder, "runs")).Single();

    /// <summary>Waits until nothing is left of the lab: no namespace, hosts file or process, and none of <paramref name="objects"/>.</summary>
    public async Task NothingIsLeftAsync(BpfObjects objects)
    {
        DateTime until = DateTime.UtcNow + Patience.ForProgress;
        string[] left;
        do
        {
            left = [.. Leftovers.Of(Name, Folder), .. objects.Remaining()];
            await Task.Delay(20);
        }
        while (left.Length > 0 && DateTime.UtcNow < until);
        Assert.Empty(left);
    }

    public async ValueTask DisposeAsync()
    {
        if (Network == Lab)
        {
            (await RunAsync("lab", "down")).Expect(0);
            Assert.False(Directory.Exists($"/run/nodebox/labs/{Name}"));
        }

        Assert.Empty(Leftovers.Of(Name, Folder));
        Directory.Delete(Folder, recursive: true);
    }
}
