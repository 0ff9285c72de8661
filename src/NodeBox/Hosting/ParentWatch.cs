using NodeBox.Lab;

namespace NodeBox.Hosting;

/// <summary>
/// Ends a node or a driver when whoever started it is gone. A lab's supervisor holds the other end of the node's stdin and never writes to it, so
/// that even a killed supervisor leaves no node behind.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Ends with <paramref name="cancellation"/>, and, if the starter asked for it, at the end of stdin.</summary>
    public static CancellationTokenSource StopWith(CancellationToken cancellation)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Environment.GetEnvironmentVariable(NodeEnvironment.ExitWithStdin) == "1")
        {
            var thread = new Thread(() => Watch(stop)) { IsBackground = true, Name = "parent watch" };
            thread.Start();
        }

        return stop;
    }

    private static void Watch(CancellationTokenSource stop)
    {
        using Stream stdin = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[64];
        while (stdin.Read(buffer) > 0)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The process is ending anyway.
        }
    }
}
