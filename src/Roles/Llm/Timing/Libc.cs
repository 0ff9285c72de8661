using System.Runtime.InteropServices;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>The system calls that the base library does not offer.</summary>
internal static partial class Libc
{
    public const short PollIn = 1;
    public const int SetTimerSlack = 29;
    public const int Cloexec = 0x80000;

    [LibraryImport("libc.so.6", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "read")]
    public static partial nint Read(int descriptor, ref ulong value, nint length);

    [LibraryImport("libc.so.6", EntryPoint = "write")]
    public static partial nint Write(int descriptor, ref ulong value, nint length);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc.so.6", EntryPoint = "ppoll")]
    public static partial int Poll(ref PollDescriptor descriptor, nuint count, ref TimeSpec timeout, nint signals);

    [LibraryImport("libc.so.6", EntryPoint = "prctl")]
    public static partial int Control(int option, nuint value, nuint second, nuint third, nuint fourth);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
