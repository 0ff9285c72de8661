using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Pieces of programs that several probes share. By agreement R6 is the socket, R7 its tcp_sock, R8 the record or the flow's state
/// and R9 the ledger; R0 to R5 are lost.
/// </summary>
internal static class SocketCode
{
    private const int MappedPrefix = unchecked((int)0xffff0000);
    private static event_header s_header;

    /// <summary>Ends the run as filtered unless the socket is TCP.</summary>
    public static Assembler FilterProtocol(this Assembler asm, SocketFields fields)
    {
        return asm
            .Load(R1, R6, fields.Protocol)
            .JumpIfNotEqual(R1, Net.IPPROTO_TCP, LedgerCode.Filtered);
    }

    /// <summary>Ends the run as filtered unless the socket is in the namespace.</summary>
    public static Assembler FilterNamespace(this Assembler asm, SocketFields fields, uint netNamespace)
    {
        return asm
            .Load(R1, R6, fields.Namespace)
            .Load(R1, R1, fields.NamespaceNumber)
            .JumpIfNotEqual32(R1, unchecked((int)netNamespace), LedgerCode.Filtered);
    }

    /// <summary>R7 = the socket as a tcp_sock; ends the run as filtered for request and time-wait sockets, which are none.</summary>
    public static Assembler LoadTcpSock(this Assembler asm)
    {
        return asm
            .Move(R1, R6)
            .Call(Helper.SkcToTcpSock)
            .JumpIfEqual(R0, 0, LedgerCode.Filtered)
            .Move(R7, R0);
    }

    /// <summary>R0 = the socket's value in the map, or null.</summary>
    public static Assembler GetStorage(this Assembler asm, Map map)
    {
        return asm
            .LoadMap(R1, map.Fd.Number)
            .Move(R2, R6)
            .Move(R3, 0)
            .Move(R4, 0)
            .Call(Helper.SkStorageGet);
    }

    /// <summary>R0 = a record of the ring, or null when it is full.</summary>
    public static Assembler TryReserve(this Assembler asm, Map ring, int size)
    {
        return asm
            .LoadMap(R1, ring.Fd.Number)
            .Move(R2, size)
            .Move(R3, 0)
            .Call(Helper.RingbufReserve);
    }

    /// <summary>
    /// Hands over a record. The reader is not woken, which costs 2 µs a record; it drains on a timer.
    /// </summary>
    public static Assembler Submit(this Assembler asm, Register record)
    {
        return asm
            .Move(R1, record)
            .Move(R2, Net.BPF_RB_NO_WAKEUP)
            .Call(Helper.RingbufSubmit);
    }

    /// <summary>Hands over a record and goes on, as does who jumps to the label because there was no room; <see cref="Slots.Outcome"/> says which.</summary>
    public static Assembler EndRecord(this Assembler asm, Register record, string dropped)
    {
        string reported = asm.NewLabel("reported");
        return asm
            .Submit(record)
            .Store(R10, Slots.Outcome, (int)RunEnd.Emitted)
            .Jump(reported)
            .Label(dropped)
            .Store(R10, Slots.Outcome, (int)RunEnd.Dropped)
            .Label(reported);
    }

    /// <summary>Writes the record's header but for its kind.</summary>
    public static Assembler WriteHeader(this Assembler asm, SocketFields fields, Map tags)
    {
        return asm
            .Call(Helper.KtimeGetNs)
            .Store(R8, At(ref s_header.ktime_ns), R0)
            .Move(R1, R6)
            .Call(Helper.GetSocketCookie)
            .Store(R8, At(ref s_header.cookie), R0)
            .Copy(R8, At(ref s_header.local_port), R7, fields.LocalPort)
            .Copy(R8, At(ref s_header.remote_port), R6, fields.RemotePort)
            .WriteAddresses(fields)
            .GetStorage(tags)
            .CopyOrZero(R8, At(ref s_header.tag), R0, new Field(0, SocketTag.Size));
    }

    /// <summary>Copies word by word through R1.</summary>
    public static Assembler Copy(this Assembler asm, Register to, Field target, Register from, Field source) =>
        asm.Copy(to, target, from, source, R1);

    /// <summary>Copies word by word through another register.</summary>
    public static Assembler Copy(this Assembler asm, Register to, Field target, Register from, Field source, Register through)
    {
        foreach ((Field load, Field store) in source.Words().Zip(target.Words()))
        {
            asm.Load(through, from, load).Store(to, store, through);
        }

        return asm;
    }

    /// <summary>Copies what <paramref name="from"/> points to, or writes zeros where it is null.</summary>
    public static Assembler CopyOrZero(this Assembler asm, Register to, Field target, Register from, Field source)
    {
        string zero = asm.NewLabel("zero");
        string done = asm.NewLabel("done");
        return asm
            .JumpIfEqual(from, 0, zero)
            .Copy(to, target, from, source)
            .Jump(done)
            .Label(zero)
            .Zero(to, target)
            .Label(done);
    }

    public static Assembler Zero(this Assembler asm, Register to, Field target)
    {
        foreach (Field word in target.Words())
        {
            asm.Store(to, word, 0);
        }

        return asm;
    }

    // IPv4 as ::ffff:a.b.c.d. An IPv6 socket that speaks IPv4 has that form in the kernel already (sk_daddr_set).
    private static Assembler WriteAddresses(this Assembler asm, SocketFields fields)
    {
        Field local = At(ref s_header.local);
        Field remote = At(ref s_header.remote);
        string ipv6 = asm.NewLabel("ipv6");
        string written = asm.NewLabel("addresses written");
        return asm
            .Load(R1, R6, fields.Family)
            .JumpIfEqual(R1, Net.AF_INET6, ipv6)
            .WriteMapped(local, fields.Local4)
            .WriteMapped(remote, fields.Remote4)
            .Jump(written)
            .Label(ipv6)
            .Copy(R8, local, R6, fields.Local6)
            .Copy(R8, remote, R6, fields.Remote6)
            .Label(written);
    }

    private static Assembler WriteMapped(this Assembler asm, Field target, Field source)
    {
        return asm
            .Store(R8, new Field(target.Offset, 8), 0)
            .Store(R8, new Field(target.Offset + 8, 4), MappedPrefix)
            .Copy(R8, new Field(target.Offset + 12, 4), R6, source);
    }

    private static Field At<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_header, ref field);
}
