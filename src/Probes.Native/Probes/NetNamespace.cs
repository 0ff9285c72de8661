namespace NodeBox.Probes.Native.Probes;

/// <summary>The network namespace of the calling thread.</summary>
internal static class NetNamespace
{
    private const string Path = "/proc/thread-self/ns/net";

    /// <returns>Its inode number, which the kernel keeps as ns.inum.</returns>
    public static uint Current()
    {
        string target = new FileInfo(Path).LinkTarget ?? throw new ProbeUnavailableException($"{Path} is missing: needs a mounted /proc");
        return uint.Parse(target.AsSpan()["net:[".Length..^1]);
    }
}
