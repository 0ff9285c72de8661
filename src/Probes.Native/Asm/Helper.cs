namespace NodeBox.Probes.Native.Asm;

/// <summary>Kernel functions a program may call, by the numbers of linux/bpf.h (<c>enum bpf_func_id</c>).</summary>
internal enum Helper
{
    MapLookupElem = 1,
    KtimeGetNs = 5,
    GetCurrentPidTgid = 14,
    GetCurrentComm = 16,
    GetSocketCookie = 46,
    SkStorageGet = 107,
    ProbeReadKernel = 113,
    RingbufReserve = 131,
    RingbufSubmit = 132,
    SkcToTcpSock = 137,
}
