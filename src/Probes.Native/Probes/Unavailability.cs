using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Says in one sentence why probes cannot be attached here.</summary>
internal static class Unavailability
{
    // The socket iterator with the socket's lock; the other needs are older (tp_btf 5.5, ring buffer 5.8, socket storage 5.11, socket cookies
    // in tracing programs, atomic exchange and recursion_misses 5.12).
    private static readonly Version s_needed = new(5, 15);

    /// <returns>Null for errors that are not about this machine.</returns>
    public static string? Explain(Exception error)
    {
        return error switch
        {
            FileNotFoundException { FileName: BtfSpec.KernelPath } or DirectoryNotFoundException =>
                $"{BtfSpec.KernelPath} is missing: needs a kernel built with CONFIG_DEBUG_INFO_BTF",
            UnauthorizedAccessException => $"{BtfSpec.KernelPath} cannot be read: run as root",
            BpfException { Errno: Errno.EPERM } =>
                "the kernel refused bpf(2) with EPERM: run as root or grant CAP_BPF and CAP_PERFMON",
            BpfException or BtfException when Environment.OSVersion.Version < s_needed =>
                $"kernel {Environment.OSVersion.Version} is too old: flow probes need {s_needed} or later",
            BpfException or BtfException => $"the kernel refused the flow probes: {error.Message.Split('\n')[0]}",
            _ => null,
        };
    }
}
