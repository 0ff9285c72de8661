using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Names of TCP states, as ss(8) and the kernel's documentation write them.</summary>
internal static class TcpStates
{
    public static string Name(int state) =>
        Enum.IsDefined((tcp_state)state) ? ((tcp_state)state).ToString()["TCP_".Length..] : $"state {state}";
}
