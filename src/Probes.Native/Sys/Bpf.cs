using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Sys;

/// <summary>
/// The one seam to bpf(2). Methods take a filled attribute and return a descriptor or throw <see cref="BpfException"/> with the command's
/// name.
/// </summary>
internal static unsafe class Bpf
{
    private static readonly int s_number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 321,
        Architecture.Arm64 => 280,
        Architecture other => throw new PlatformNotSupportedException($"the number of bpf(2) on {other} is not known"),
    };

    public static Fd MapCreate(ref bpf_attr_map_create attr, string name) => Open(bpf_cmd.BPF_MAP_CREATE, ref attr, name);

    public static Fd BtfLoad(ReadOnlySpan<byte> btf)
    {
        fixed (byte* data = btf)
        {
            bpf_attr_btf_load attr = new() { btf = (ulong)data, btf_size = (uint)btf.Length };
            return Open(bpf_cmd.BPF_BTF_LOAD, ref attr, "of a map's types");
        }
    }

    /// <summary>Opens a tp_btf program's attachment; closing the descriptor detaches it.</summary>
    public static Fd RawTracepointOpen(Fd program, string name)
    {
        bpf_attr_raw_tracepoint attr = new() { prog_fd = program.Number };
        return Open(bpf_cmd.BPF_RAW_TRACEPOINT_OPEN, ref attr, name);
    }

    /// <summary>Attaches an iterator's program; closing the descriptor detaches it.</summary>
    public static Fd IterLinkCreate(Fd program, string name)
    {
        bpf_attr_link_create attr = new() { prog_fd = program.Number, attach_type = bpf_attach_type.BPF_TRACE_ITER };
        return Open(bpf_cmd.BPF_LINK_CREATE, ref attr, name);
    }

    /// <summary>Opens one pass over an iterator's objects: reading it to its end runs the program for each.</summary>
    public static Fd IterCreate(Fd link, string name)
    {
        bpf_attr_iter_create attr = new() { link_fd = link.Number };
        return Open(bpf_cmd.BPF_ITER_CREATE, ref attr, name);
    }

    /// <returns>The program, or null with errno set for the caller to explain with the verifier's log.</returns>
    public static Fd? ProgLoad(ref bpf_attr_prog_load attr)
    {
        nint fd = Call(bpf_cmd.BPF_PROG_LOAD, ref attr);
        return fd < 0 ? null : new Fd((int)fd);
    }

    public static void MapUpdate(int map, void* key, void* value)
    {
        bpf_attr_map_elem attr = new() { map_fd = map, key = (ulong)key, value = (ulong)value };
        Check(bpf_cmd.BPF_MAP_UPDATE_ELEM, ref attr);
    }

    public static void MapLookup(int map, void* key, void* value)
    {
        bpf_attr_map_elem attr = new() { map_fd = map, key = (ulong)key, value = (ulong)value };
        Check(bpf_cmd.BPF_MAP_LOOKUP_ELEM, ref attr);
    }

    public static bpf_prog_info ProgInfo(Fd program) => Info<bpf_prog_info>(program.Number);

    public static bpf_map_info MapInfo(int map) => Info<bpf_map_info>(map);

    private static T Info<T>(int fd)
        where T : unmanaged
    {
        T info = default;
        bpf_attr_info attr = new() { bpf_fd = fd, info_len = (uint)sizeof(T), info = (ulong)&info };
        Check(bpf_cmd.BPF_OBJ_GET_INFO_BY_FD, ref attr);
        return info;
    }

    private static Fd Open<T>(bpf_cmd command, ref T attr, string name)
        where T : unmanaged
    {
        nint fd = Call(command, ref attr);
        return fd < 0 ? throw BpfException.Last($"{command} {name}") : new Fd((int)fd);
    }

    private static void Check<T>(bpf_cmd command, ref T attr)
        where T : unmanaged
    {
        if (Call(command, ref attr) < 0)
        {
            throw BpfException.Last(command.ToString());
        }
    }

    // The verifier gives up with EAGAIN when a signal is pending (kernel/bpf/verifier.c), and the runtime suspends threads by signals.
    private static nint Call<T>(bpf_cmd command, ref T attr)
        where T : unmanaged
    {
        fixed (T* p = &attr)
        {
            for (int attempt = 1; ; attempt++)
            {
                nint result = Libc.syscall(s_number, (nint)command, p, sizeof(T));
                if (result >= 0 || attempt == 5 || Marshal.GetLastPInvokeError() != Errno.EAGAIN)
                {
                    return result;
                }
            }
        }
    }
}
