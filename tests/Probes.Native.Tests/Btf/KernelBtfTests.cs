using NodeBox.Probes.Native.Btf;
using NodeBox.Probes.Native.Tests.Sys;

namespace NodeBox.Probes.Native.Tests.Btf;

/// <summary>The running kernel's own types.</summary>
public sealed class KernelBtfTests
{
    [Theory]
    [InlineData("tcp_sock", "snd_una", 4)]
    [InlineData("tcp_sock", "bytes_acked", 8)]
    [InlineData("tcp_sock", "rtt_min.s[0].v", 4)]
    [InlineData("tcp_sock", "inet_conn.icsk_ca_ops", 8)]
    [InlineData("sock", "__sk_common.skc_dport", 2)]
    [InlineData("sock", "__sk_common.skc_v6_daddr", 16)]
    [InlineData("sk_buff", "len", 4)]
    [InlineData("sk_buff", "cb", 48)]
    [InlineData("tcp_skb_cb", "tcp_gso_segs", 2)]
    public void Members_have_the_kernels_sizes(string type, string path, int size)
    {
        BtfMember member = Kernel().Member(type, path);

        Assert.Equal((size, 0), (member.Size, member.BitSize));
    }

    [Fact]
    public void Offsets_are_the_c_compilers()
    {
        BtfSpec kernel = Kernel();
        string[] members = ["tcpi_state", "tcpi_rto", "tcpi_total_retrans", "tcpi_bytes_acked", "tcpi_min_rtt"];

        long[] compiled = CCompiler.Evaluate("#include <linux/tcp.h>", [.. members.Select(m => $"offsetof(struct tcp_info, {m})")]);

        Assert.Equal(compiled, members.Select(m => (long)kernel.Member("tcp_info", m).Field.Offset));
    }

    [Fact]
    public void Bitfields_are_told_apart_and_not_loaded_whole()
    {
        BtfMember bits = Kernel().Member("tcp_info", "tcpi_rcv_wscale");

        Assert.Equal((8 * 6) + 4, bits.BitOffset);
        Assert.Equal(4, bits.BitSize);
        Assert.Contains("bitfield of 4 bits", Assert.Throws<BtfException>(() => bits.Field).Message);
    }

    [Fact]
    public void Tracepoints_have_their_arguments()
    {
        BtfSpec kernel = Kernel();

        Assert.Equal(3, kernel.TracepointArguments("inet_sock_set_state"));
        Assert.Equal(1, kernel.TracepointArguments("tcp_rcv_space_adjust"));
        Assert.InRange(kernel.TracepointArguments("tcp_retransmit_skb"), 2, 3);
        BtfException missing = Assert.Throws<BtfException>(() => kernel.Tracepoint("no_such"));
        Assert.Equal("this kernel has no typedef btf_trace_no_such", missing.Message);
    }

    [Fact]
    public void Enumerators_have_their_values()
    {
        BtfSpec kernel = Kernel();

        Assert.Equal((0, 1), (kernel.Enumerator("sock_flags", "SOCK_DEAD"), kernel.Enumerator("sock_flags", "SOCK_DONE")));
        Assert.Throws<BtfException>(() => kernel.Enumerator("sock_flags", "SOCK_NONE"));
    }

    [Fact]
    public void Damage_to_it_is_refused_or_survived()
    {
        Assert.SkipUnless(File.Exists(BtfSpec.KernelPath), $"needs {BtfSpec.KernelPath}");
        byte[] data = File.ReadAllBytes(BtfSpec.KernelPath);
        Random random = new(42);
        for (int i = 0; i < 30; i++)
        {
            byte[] damaged = random.Next(2) == 0 ? data[..random.Next(data.Length)] : [.. data];
            for (int n = 0; n < 200; n++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                new BtfSpec(damaged).Member("tcp_sock", "rtt_min.s[0].v");
            }
            catch (BtfException)
            {
                // The only failure allowed.
            }
        }
    }

    private static BtfSpec Kernel()
    {
        Assert.SkipUnless(File.Exists(BtfSpec.KernelPath), $"needs {BtfSpec.KernelPath}");
        return BtfSpec.LoadKernel();
    }
}
