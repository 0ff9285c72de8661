using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

// The members of `union bpf_attr` in linux/bpf.h, one struct per command. Each ends at its last member used: the kernel takes a shorter
// attribute as one whose rest is zero. A test compares every offset with the C compiler's.

internal unsafe struct bpf_attr_map_create
{
    public bpf_map_type map_type;
    public uint key_size;
    public uint value_size;
    public uint max_entries;
    public bpf_map_flags map_flags;
    public uint inner_map_fd;
    public uint numa_node;
    public fixed byte map_name[16];
    public uint map_ifindex;
    public int btf_fd;
    public uint btf_key_type_id;
    public uint btf_value_type_id;
}

internal struct bpf_attr_map_elem
{
    public int map_fd;
    public ulong key;
    public ulong value;
    public ulong flags;
}

internal unsafe struct bpf_attr_prog_load
{
    public bpf_prog_type prog_type;
    public uint insn_cnt;
    public ulong insns;
    public ulong license;
    public uint log_level;
    public uint log_size;
    public ulong log_buf;
    public uint kern_version;
    public uint prog_flags;
    public fixed byte prog_name[16];
    public uint prog_ifindex;
    public bpf_attach_type expected_attach_type;
    public uint prog_btf_fd;
    public uint func_info_rec_size;
    public ulong func_info;
    public uint func_info_cnt;
    public uint line_info_rec_size;
    public ulong line_info;
    public uint line_info_cnt;
    public uint attach_btf_id;
}

internal struct bpf_attr_raw_tracepoint
{
    public ulong name;
    public int prog_fd;
}

internal struct bpf_attr_link_create
{
    public int prog_fd;
    public int target_fd;
    public bpf_attach_type attach_type;
}

internal struct bpf_attr_iter_create
{
    public int link_fd;
    public uint flags;
}

internal struct bpf_attr_btf_load
{
    public ulong btf;
    public ulong btf_log_buf;
    public uint btf_size;
    public uint btf_log_size;
    public uint btf_log_level;
}

internal struct bpf_attr_info
{
    public int bpf_fd;
    public uint info_len;
    public ulong info;
}

/// <summary>linux/bpf.h, up to map_flags.</summary>
internal struct bpf_map_info
{
    public bpf_map_type type;
    public uint id;
    public uint key_size;
    public uint value_size;
    public uint max_entries;
    public uint map_flags;
}

/// <summary>linux/bpf.h <c>struct bpf_prog_info</c> up to recursion_misses (since 5.12).</summary>
[StructLayout(LayoutKind.Explicit, Size = 216)]
internal struct bpf_prog_info
{
    [FieldOffset(0)]
    public uint type;
    [FieldOffset(4)]
    public uint id;
    [FieldOffset(192)]
    public ulong run_time_ns;
    [FieldOffset(200)]
    public ulong run_cnt;
    [FieldOffset(208)]
    public ulong recursion_misses;
}
