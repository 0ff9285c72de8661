using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Programs;

/// <summary>A loaded program. It runs only while a <see cref="Link"/> attaches it.</summary>
internal sealed class Program : IDisposable
{
    private const int LogBytes = 1 << 20;

    private Program(ProgramSpec spec, Fd fd)
    {
        Spec = spec;
        Fd = fd;
    }

    public ProgramSpec Spec { get; }

    public Fd Fd { get; }

    /// <summary>
    /// Counters the kernel keeps: runs it skipped for recursion, and, with kernel.bpf_stats_enabled, runs and their time.
    /// </summary>
    public bpf_prog_info Info => Bpf.ProgInfo(Fd);

    /// <exception cref="VerifierException">The kernel refused the program.</exception>
    public static unsafe Program Load(ProgramSpec spec)
    {
        fixed (ulong* code = spec.Code)
        fixed (byte* license = "GPL\0"u8)
        {
            bpf_attr_prog_load attr = new()
            {
                prog_type = bpf_prog_type.BPF_PROG_TYPE_TRACING,
                expected_attach_type = spec.AttachType,
                attach_btf_id = (uint)spec.TracepointType,
                insns = (ulong)code,
                insn_cnt = (uint)spec.Code.Length,
                license = (ulong)license,
            };
            Encoding.ASCII.GetBytes(spec.Name, new Span<byte>(attr.prog_name, 15));
            return Bpf.ProgLoad(ref attr) is Fd fd ? new Program(spec, fd) : throw Explain(spec, ref attr, Marshal.GetLastPInvokeError());
        }
    }

    public void Dispose() => Fd.Dispose();

    // Loads once more with a log, which is too slow to ask for when all is well.
    private static unsafe VerifierException Explain(ProgramSpec spec, ref bpf_attr_prog_load attr, int errno)
    {
        byte[] log = new byte[LogBytes];
        fixed (byte* buffer = log)
        {
            attr.log_level = 1;
            attr.log_size = LogBytes;
            attr.log_buf = (ulong)buffer;
            Bpf.ProgLoad(ref attr)?.Dispose();
        }

        int length = Array.IndexOf(log, (byte)0);
        return new VerifierException(spec.Name, errno, Encoding.ASCII.GetString(log, 0, length < 0 ? log.Length : length));
    }
}
