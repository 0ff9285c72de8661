namespace NodeBox.Benchmarks.Probes;

/// <summary>A network namespace with nothing but loopback, removed when disposed.</summary>
internal sealed class BenchNamespace : IDisposable
{
    public BenchNamespace()
    {
        Name = $"nodebox-bench-{Environment.ProcessId}";
        Command.Run("ip", "netns", "add", Name);
        Command.Run("ip", "-n", Name, "link", "set", "lo", "up");
    }

    public string Name { get; }

    /// <summary>The arguments of ip(8) that run a command inside.</summary>
    public string[] Inside(params string[] command) => ["netns", "exec", Name, .. command];

    public void Dispose() => Command.Run("ip", "netns", "delete", Name);
}
