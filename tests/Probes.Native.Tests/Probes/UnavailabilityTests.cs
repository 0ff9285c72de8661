using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class UnavailabilityTests
{
    public static TheoryData<Exception, string> Reasons => new()
    {
        { new FileNotFoundException("", BtfSpec.KernelPath), "vmlinux is missing: needs a kernel built with CONFIG_DEBUG_INFO_BTF" },
        { new BpfException("BPF_MAP_CREATE x", 1), "run as root or grant CAP_BPF and CAP_PERFMON" },
        { new BpfException("BPF_PROG_LOAD x", 22, "line one\nline two"), "the kernel refused the flow probes: BPF_PROG_LOAD x: EINVAL" },
        { new BtfException("this kernel has no struct x"), "the kernel refused the flow probes: this kernel has no struct x" },
    };

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Is_one_sentence_that_says_what_to_do(Exception error, string expected)
    {
        string? why = Unavailability.Explain(error);

        Assert.Contains(expected, why);
        Assert.DoesNotContain('\n', why!);
    }

    [Fact]
    public void Does_not_explain_errors_of_other_kinds()
    {
        Assert.Null(Unavailability.Explain(new InvalidOperationException()));
        Assert.Null(Unavailability.Explain(new FileNotFoundException("", "/etc/other")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2048)]
    [InlineData(5000)]
    public void A_ring_of_an_impossible_size_is_the_callers_mistake(int bytes)
    {
        Assert.Throws<ArgumentException>(() => FlowProbes.Attach(new FlowProbeOptions { RingBufferBytes = bytes }));
    }
}
