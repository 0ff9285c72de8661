using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Sys;
using static NodeBox.Probes.Native.Sys.tcp_state;

namespace NodeBox.Probes.Native.Diag;

/// <summary>
/// Asks the kernel for the TCP sockets of this thread's network namespace, for flows that are still open when a run ends.
/// </summary>
public static unsafe class SockDiag
{
    private const ushort SOCK_DIAG_BY_FAMILY = 20;
    private const ushort NLM_F_REQUEST_DUMP = 0x301;
    private const byte AF_INET = 2;
    private const int INET_DIAG_INFO = 2;
    private const int INET_DIAG_CONG = 4;
    private const ushort INET_DIAG_REQ_SK_BPF_STORAGES = 2;
    private const ushort SK_DIAG_BPF_STORAGE_REQ_MAP_FD = 1;

    // Sockets with a connection: no listeners, and no mini-sockets, whose counters are gone.
    private const uint Connected =
        (1u << (int)TCP_ESTABLISHED) | (1u << (int)TCP_SYN_SENT) | (1u << (int)TCP_SYN_RECV) | (1u << (int)TCP_FIN_WAIT1)
        | (1u << (int)TCP_FIN_WAIT2) | (1u << (int)TCP_CLOSE_WAIT) | (1u << (int)TCP_LAST_ACK) | (1u << (int)TCP_CLOSING);

    /// <summary>
    /// All connected TCP sockets, IPv4 and IPv6. Needs no capability. A connection that begins or ends meanwhile may be missing.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static IReadOnlyList<FlowSnapshot> Dump() => Dump([], DiagReply.Parse);

    /// <param name="storages">Descriptors of socket storage maps whose values to add; needs CAP_BPF.</param>
    internal static IReadOnlyList<FlowSnapshot> Dump(ReadOnlySpan<int> storages, DiagReply.Parser parse)
    {
        Dictionary<ulong, FlowSnapshot> byCookie = [];
        foreach (byte family in (ReadOnlySpan<byte>)[AF_INET, Net.AF_INET6])
        {
            Netlink.Dump(Request(family, storages), body =>
            {
                // The dump walks a table that changes: a socket may be there twice.
                FlowSnapshot snapshot = parse(body);
                byCookie[snapshot.Cookie] = snapshot;
            });
        }

        return [.. byCookie.Values];
    }

    private static byte[] Request(byte family, ReadOnlySpan<int> storages)
    {
        int storagesLength = sizeof(nlattr) + (storages.Length * (sizeof(nlattr) + sizeof(int)));
        int fixedLength = sizeof(nlmsghdr) + sizeof(inet_diag_req_v2);
        byte[] request = new byte[fixedLength + (storages.IsEmpty ? 0 : storagesLength)];
        nlmsghdr header = new() { nlmsg_len = (uint)request.Length, nlmsg_type = SOCK_DIAG_BY_FAMILY, nlmsg_flags = NLM_F_REQUEST_DUMP };
        inet_diag_req_v2 body = new()
        {
            sdiag_family = family,
            sdiag_protocol = Net.IPPROTO_TCP,
            idiag_ext = (1 << (INET_DIAG_INFO - 1)) | (1 << (INET_DIAG_CONG - 1)),
            idiag_states = Connected,
        };
        MemoryMarshal.Write(request, in header);
        MemoryMarshal.Write(request.AsSpan(sizeof(nlmsghdr)), in body);
        if (!storages.IsEmpty)
        {
            WriteStorages(request.AsSpan(fixedLength), storages);
        }

        return request;
    }

    private static void WriteStorages(Span<byte> at, ReadOnlySpan<int> storages)
    {
        nlattr all = new() { nla_len = (ushort)at.Length, nla_type = INET_DIAG_REQ_SK_BPF_STORAGES };
        MemoryMarshal.Write(at, in all);
        at = at[sizeof(nlattr)..];
        nlattr one = new() { nla_len = (ushort)(sizeof(nlattr) + sizeof(int)), nla_type = SK_DIAG_BPF_STORAGE_REQ_MAP_FD };
        foreach (int fd in storages)
        {
            MemoryMarshal.Write(at, in one);
            MemoryMarshal.Write(at[sizeof(nlattr)..], fd);
            at = at[one.nla_len..];
        }
    }
}
