namespace NodeBox.Probes.Native.Sys;

/// <summary>Numbers of the kernel's user-space interface that programs compare with.</summary>
internal static class Net
{
    public const int AF_INET6 = 10;

    /// <summary>In network byte order, as sk_buff has it.</summary>
    public const int ETH_P_IP = 0x0008;
    public const int ETH_P_IPV6 = 0xdd86;
    public const int IPPROTO_TCP = 6;
    public const int BPF_RB_NO_WAKEUP = 1;
}

/// <summary>include/net/tcp_states.h.</summary>
internal enum tcp_state
{
    TCP_ESTABLISHED = 1,
    TCP_SYN_SENT = 2,
    TCP_SYN_RECV = 3,
    TCP_FIN_WAIT1 = 4,
    TCP_FIN_WAIT2 = 5,
    TCP_TIME_WAIT = 6,
    TCP_CLOSE = 7,
    TCP_CLOSE_WAIT = 8,
    TCP_LAST_ACK = 9,
    TCP_LISTEN = 10,
    TCP_CLOSING = 11,
    TCP_NEW_SYN_RECV = 12,
}
