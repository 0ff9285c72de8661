namespace NodeBox.Probes.Native.Sys;

/// <summary>linux/bpf.h: the commands of bpf(2) that are used.</summary>
internal enum bpf_cmd
{
    BPF_MAP_CREATE = 0,
    BPF_MAP_LOOKUP_ELEM = 1,
    BPF_MAP_UPDATE_ELEM = 2,
    BPF_PROG_LOAD = 5,
    BPF_OBJ_GET_INFO_BY_FD = 15,
    BPF_RAW_TRACEPOINT_OPEN = 17,
    BPF_BTF_LOAD = 18,
    BPF_LINK_CREATE = 28,
    BPF_ITER_CREATE = 33,
}

/// <summary>linux/bpf.h.</summary>
internal enum bpf_map_type : uint
{
    BPF_MAP_TYPE_ARRAY = 2,
    BPF_MAP_TYPE_PERCPU_ARRAY = 6,
    BPF_MAP_TYPE_SK_STORAGE = 24,
    BPF_MAP_TYPE_RINGBUF = 27,
}

/// <summary>linux/bpf.h.</summary>
internal enum bpf_prog_type : uint
{
    BPF_PROG_TYPE_TRACING = 26,
}

/// <summary>linux/bpf.h.</summary>
internal enum bpf_attach_type : uint
{
    BPF_TRACE_RAW_TP = 23,
    BPF_TRACE_ITER = 28,
}

/// <summary>linux/bpf.h.</summary>
[Flags]
internal enum bpf_map_flags : uint
{
    None = 0,
    BPF_F_NO_PREALLOC = 1,
    BPF_F_MMAPABLE = 1024,
}
