using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Programs;

/// <summary>
/// A program that runs once for each of the kernel's objects of a kind, when asked (Documentation/bpf/bpf_iterators.rst). It writes no output.
/// </summary>
internal sealed class Iterator : IDisposable
{
    private readonly string _name;
    private readonly Fd _link;

    /// <exception cref="BpfException">The kernel refused.</exception>
    public Iterator(Program program)
    {
        _name = program.Spec.Tracepoint;
        _link = Bpf.IterLinkCreate(program.Fd, _name);
    }

    /// <summary>Runs the program for all objects, those of the calling thread's network namespace where they belong to one.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public unsafe void Run()
    {
        using Fd pass = Bpf.IterCreate(_link, _name);
        byte none;
        while (Libc.read(pass.Number, &none, sizeof(byte)) < 0)
        {
            // After a million objects the kernel lets others run (kernel/bpf/bpf_iter.c).
            if (Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR))
            {
                throw BpfException.Last($"read of {_name}");
            }
        }
    }

    public void Dispose() => _link.Dispose();
}
