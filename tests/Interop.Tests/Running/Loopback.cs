namespace NodeBox.Interop.Tests.Running;

/// <summary>Addresses for nodes: each has one of its own in 127.0.0.0/8, so that all of them keep the default ports.</summary>
internal static class Loopback
{
    private static int s_taken;

    /// <summary>An address that no other node of this or of a simultaneous test program has: their process ids differ.</summary>
    public static string NextAddress()
    {
        int pid = Environment.ProcessId;
        return $"127.{64 | ((pid >> 8) & 63)}.{pid & 255}.{Interlocked.Increment(ref s_taken)}";
    }
}
