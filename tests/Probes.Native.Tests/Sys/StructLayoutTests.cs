using System.Reflection;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Sys;

/// <summary>Every field of every kernel struct lies where the C compiler puts it.</summary>
public sealed class StructLayoutTests
{
    private const string Includes = """
        #include <sys/uio.h>
        #include <sys/socket.h>
        #include <linux/bpf.h>
        #include <linux/inet_diag.h>
        #include <linux/netlink.h>
        #include <linux/tcp.h>
        #define cookie_low idiag_cookie[0]
        #define cookie_high idiag_cookie[1]
        """;

    public static TheoryData<Type, string, string> Structs => new()
    {
        { typeof(iovec), "struct iovec", "" },
        { typeof(msghdr), "struct msghdr", "" },
        { typeof(bpf_attr_map_create), "union bpf_attr", "" },
        { typeof(bpf_attr_map_elem), "union bpf_attr", "" },
        { typeof(bpf_attr_prog_load), "union bpf_attr", "" },
        { typeof(bpf_attr_raw_tracepoint), "union bpf_attr", "raw_tracepoint." },
        { typeof(bpf_attr_link_create), "union bpf_attr", "link_create." },
        { typeof(bpf_attr_iter_create), "union bpf_attr", "iter_create." },
        { typeof(bpf_attr_btf_load), "union bpf_attr", "" },
        { typeof(bpf_attr_info), "union bpf_attr", "info." },
        { typeof(bpf_map_info), "struct bpf_map_info", "" },
        { typeof(bpf_prog_info), "struct bpf_prog_info", "" },
        { typeof(nlmsghdr), "struct nlmsghdr", "" },
        { typeof(nlattr), "struct nlattr", "" },
        { typeof(inet_diag_sockid), "struct inet_diag_sockid", "" },
        { typeof(inet_diag_req_v2), "struct inet_diag_req_v2", "" },
        { typeof(inet_diag_msg), "struct inet_diag_msg", "" },
        { typeof(tcp_info), "struct tcp_info", "" },
    };

    [Theory]
    [MemberData(nameof(Structs))]
    public void Fields_lie_where_the_c_compiler_puts_them(Type type, string c, string member)
    {
        FieldInfo[] fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance);

        long[] compiled = CCompiler.Evaluate(Includes, [.. fields.Select(field => $"offsetof({c}, {member}{field.Name})")]);

        Assert.Equal(fields.Zip(compiled), fields.Select(field => (field, (long)Marshal.OffsetOf(type, field.Name))));
    }

    [Fact]
    public unsafe void Structs_that_c_code_writes_have_its_size()
    {
        string[] structs = ["struct iovec", "struct msghdr", "struct inet_diag_req_v2", "struct inet_diag_msg"];

        long[] compiled = CCompiler.Evaluate(Includes, [.. structs.Select(s => $"sizeof({s})"), "CMSG_SPACE(sizeof(int))"]);

        int[] sizes = [sizeof(iovec), sizeof(msghdr), sizeof(inet_diag_req_v2), sizeof(inet_diag_msg), sizeof(cmsg_fd)];
        Assert.Equal(compiled, sizes.Select(size => (long)size));
    }

    [Fact]
    public void Constants_are_the_headers()
    {
        bpf_cmd[] commands = Enum.GetValues<bpf_cmd>();
        bpf_map_type[] maps = Enum.GetValues<bpf_map_type>();

        long[] compiled = CCompiler.Evaluate(Includes, [.. commands.Select(c => c.ToString()), .. maps.Select(m => m.ToString())]);

        Assert.Equal(compiled, (long[])[.. commands.Select(c => (long)c), .. maps.Select(m => (long)m)]);
    }
}
