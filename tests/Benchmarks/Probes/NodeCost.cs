using System.Diagnostics;
using System.Globalization;

namespace NodeBox.Benchmarks.Probes;

/// <summary>A published node that serves tools and has its probes attached, without model or store. MB are 10^6 bytes.</summary>
/// <param name="IdleMb">Resident memory five seconds after it is ready.</param>
/// <param name="IdleOwnMb">Of it, what is the process's alone: its heaps and data, neither code nor the ring.</param>
/// <param name="UsedMb">Resident memory after the connections.</param>
/// <param name="Connections">So many were opened and closed in its namespace by others, each of which it sees from both ends.</param>
/// <param name="CpuNsPerConnection">The node's own CPU for each: draining, records, spooling to disk; no collector takes them.</param>
internal sealed record NodeCost(double IdleMb, double IdleOwnMb, double UsedMb, int Connections, double CpuNsPerConnection)
{
    private const int LoadsRun = 2;
    private const string Binary = "out/nodebox/nodebox";
    private const string Config = """
        [testbed]
        name = "bench"
        backends = "shared"
        collector = "n3"
        insecure = true

        [nodes.n1]
        address = "127.88.0.1"
        role = "tools"

        [nodes.n2]
        address = "127.88.0.2"
        role = "agent-a"

        [nodes.n3]
        address = "127.88.0.3"
        role = "llm+collector"

        [roles.llm]
        model = "none.gguf"
        """;

    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(5);

    public static NodeCost Measure(BenchNamespace place, ProbesOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("nodebox-bench-").FullName;
        try
        {
            File.WriteAllText($"{folder}/roles.toml", Config);
            string[] command = [Path.GetFullPath(Binary), "--role", "tools", "--node", "n1", "--config", $"{folder}/roles.toml", "--state", folder];
            ProcessStartInfo start = new("ip", place.Inside(command)) { RedirectStandardError = true };
            using Process node = Process.Start(start)!;
            AwaitReady(node);
            Task<string> rest = node.StandardError.ReadToEndAsync();
            NodeCost cost = Measure(node.Id, new Loads(place, options));
            Libc.kill(node.Id, Libc.SIGTERM);
            node.WaitForExit();
            return cost;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static NodeCost Measure(int pid, Loads loads)
    {
        Thread.Sleep(s_settled);
        double idle = StatusMb(pid, "VmRSS:");
        double own = StatusMb(pid, "RssAnon:");
        double cpuBefore = RunTime.OfProcess(pid);
        for (int i = 0; i < LoadsRun; i++)
        {
            loads.Connect(reader: null);
        }

        Thread.Sleep(s_settled);
        double cpu = (RunTime.OfProcess(pid) - cpuBefore) / loads.Connections;
        return new NodeCost(idle, own, StatusMb(pid, "VmRSS:"), loads.Connections, cpu);
    }

    private static void AwaitReady(Process node)
    {
        string said = "";
        while (node.StandardError.ReadLine() is string line)
        {
            said += line + '\n';
            if (line.Contains("is ready on"))
            {
                return;
            }
        }

        throw new InvalidOperationException($"{Binary} did not become ready: {said}");
    }

    private static double StatusMb(int pid, string name)
    {
        string line = File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }
}
