using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Programs;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Tests.Programs;

public sealed class ProgramTests
{
    [Fact]
    public void Loads_attaches_and_tells_its_counters()
    {
        using Program program = Program.Load(Spec(new Assembler().Move(R0, 0).Exit()));
        using Link link = Link.Attach(program);

        bpf_prog_info info = program.Info;

        Assert.Equal((uint)bpf_prog_type.BPF_PROG_TYPE_TRACING, info.type);
        Assert.NotEqual(0u, info.id);
    }

    [Fact]
    public void A_program_that_the_verifier_refuses_fails_with_its_log()
    {
        VerifierException e = Assert.Throws<VerifierException>(() => Program.Load(Spec(new Assembler().Move(R0, R7).Exit())));

        Assert.Contains("R7 !read_ok", e.VerifierLog);
        Assert.StartsWith("BPF_PROG_LOAD test: EACCES (Permission denied)\n", e.Message);
        Assert.Contains("R7 !read_ok", e.Message);
    }

    [Fact]
    public void A_map_that_the_kernel_refuses_fails_with_its_name()
    {
        RequireBpf();

        BpfException e = Assert.Throws<BpfException>(() => Map.Create(MapSpec.RingBuffer("odd", 1000)));

        Assert.Equal("BPF_MAP_CREATE odd: EINVAL (Invalid argument)", e.Message);
    }

    private static ProgramSpec Spec(Assembler asm)
    {
        RequireBpf();
        return new ProgramSpec("test", "tcp_rcv_space_adjust", BtfSpec.LoadKernel().Tracepoint("tcp_rcv_space_adjust"), asm.Assemble());
    }

    private static void RequireBpf()
    {
        Assert.SkipUnless(File.Exists(BtfSpec.KernelPath), $"needs {BtfSpec.KernelPath}");
        try
        {
            Map.Create(MapSpec.RingBuffer("try", Environment.SystemPageSize)).Dispose();
        }
        catch (BpfException e) when (e.Errno == Errno.EPERM)
        {
            Assert.Skip("needs CAP_BPF");
        }
    }
}
