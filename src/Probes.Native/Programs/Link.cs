using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Programs;

/// <summary>A program's attachment to its tracepoint; disposing detaches it, and so does the end of this process.</summary>
internal sealed class Link : IDisposable
{
    private readonly Fd _fd;

    private Link(Fd fd)
    {
        _fd = fd;
    }

    /// <exception cref="BpfException">The kernel refused.</exception>
    public static Link Attach(Program program) => new Link(Bpf.RawTracepointOpen(program.Fd, program.Spec.Tracepoint));

    public void Dispose() => _fd.Dispose();
}
