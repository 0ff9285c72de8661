using System.Globalization;
using System.Runtime.InteropServices;

namespace NodeBox.Smoke.Tests;

/// <summary>The eBPF programs and maps that processes hold, by the kernel's ids, and whether they exist still.</summary>
/// <param name="Programs">Ids of programs.</param>
/// <param name="Maps">Ids of maps.</param>
internal sealed partial record BpfObjects(IReadOnlySet<uint> Programs, IReadOnlySet<uint> Maps)
{
    // bpf(2), BPF_PROG_GET_FD_BY_ID and BPF_MAP_GET_FD_BY_ID: include/uapi/linux/bpf.h.
    private const nint BpfCall = 321;
    private const nint ProgramById = 13;
    private const nint MapById = 14;
    private const int NoEntry = 2;

    /// <summary>What the kernel says of the processes' descriptors.</summary>
    public static BpfObjects Of(IEnumerable<int> pids)
    {
        string[] lines = [.. pids.SelectMany(static pid => Directory.EnumerateFiles($"/proc/{pid}/fdinfo")).SelectMany(ReadLines)];
        return new BpfObjects(Ids(lines, "prog_id:"), Ids(lines, "map_id:"));
    }

    /// <summary>Those that exist. The kernel frees them a little after the last descriptor is closed.</summary>
    public IReadOnlyList<string> Remaining() =>
    [
        .. Programs.Where(static id => Exists(ProgramById, id)).Select(static id => $"BPF program {id}"),
        .. Maps.Where(static id => Exists(MapById, id)).Select(static id => $"BPF map {id}"),
    ];

    private static HashSet<uint> Ids(IEnumerable<string> lines, string field) =>
    [
        .. lines
            .Where(line => line.StartsWith(field, StringComparison.Ordinal))
            .Select(line => uint.Parse(line.AsSpan(field.Length).Trim(), CultureInfo.InvariantCulture)),
    ];

    // A descriptor may be closed between the listing and the reading.
    private static string[] ReadLines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool Exists(nint command, uint id)
    {
        ReadOnlySpan<uint> attributes = [id, 0, 0];
        nint descriptor = Call(BpfCall, command, in MemoryMarshal.GetReference(attributes), sizeof(uint) * 3);
        if (descriptor < 0)
        {
            Assert.Equal(NoEntry, Marshal.GetLastPInvokeError());
            return false;
        }

        Assert.Equal(0, Close((int)descriptor));
        return true;
    }

    [LibraryImport("libc.so.6", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint command, ref readonly uint attributes, nint size);

    [LibraryImport("libc.so.6", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
