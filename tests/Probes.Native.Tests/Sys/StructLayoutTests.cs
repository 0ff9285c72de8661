using System.Reflection;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Sys;

/// <summary>Every field of every kernel struct lies where the C compiler puts it.</summary>
public sealed class StructLayoutTests
{
    private const string Includes = """
        #include <time.h>
        #include <sys/uio.h>
        #include <sys/socket.h>
        #include <linux/bpf.h>
        """;

    public static TheoryData<Type, string, string> Structs => new()
    {
        { typeof(timespec), "struct timespec", "" },
        { typeof(iovec), "struct iovec", "" },
        { typeof(msghdr), "struct msghdr", "" },
        { typeof(bpf_attr_map_create), "union bpf_attr", "" },
        { typeof(bpf_attr_map_elem), "union bpf_attr", "" },
        { typeof(bpf_attr_prog_load), "union bpf_attr", "" },
        { typeof(bpf_attr_raw_tracepoint), "union bpf_attr", "raw_tracepoint." },
        { typeof(bpf_attr_btf_load), "union bpf_attr", "" },
        { typeof(bpf_attr_info), "union bpf_attr", "info." },
        { typeof(bpf_map_info), "struct bpf_map_info", "" },
        { typeof(bpf_prog_info), "struct bpf_prog_info", "" },
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
        long[] compiled = CCompiler.Evaluate(Includes, ["sizeof(struct timespec)", "sizeof(struct iovec)", "sizeof(struct msghdr)", "CMSG_SPACE(sizeof(int))"]);

        Assert.Equal(compiled, (long[])[sizeof(timespec), sizeof(iovec), sizeof(msghdr), sizeof(cmsg_fd)]);
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
