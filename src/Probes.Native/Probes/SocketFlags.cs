using NodeBox.Probes.Native.Btf;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Masks of bits in sk_flags; their numbers differ between kernels (<c>enum sock_flags</c>).</summary>
internal readonly record struct SocketFlags(ulong Dead, ulong Done)
{
    public static SocketFlags Of(BtfSpec btf) => new SocketFlags(Bit(btf, "SOCK_DEAD"), Bit(btf, "SOCK_DONE"));

    /// <summary>No process holds the socket any more.</summary>
    public bool IsDead(ulong flags) => (flags & Dead) != 0;

    /// <summary>The other end's FIN was received.</summary>
    public bool IsDone(ulong flags) => (flags & Done) != 0;

    private static ulong Bit(BtfSpec btf, string name) => 1ul << btf.Enumerator("sock_flags", name);
}
