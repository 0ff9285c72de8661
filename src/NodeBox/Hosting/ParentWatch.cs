namespace NodeBox.Hosting;

/// <summary>
/// Ends the node when whoever started it is gone. A lab's supervisor holds the other end of the node's stdin and never writes to it, so
/// that even a killed supervisor leaves no node behind.
/// </summary>
internal static class ParentWatch
{
    /// <summary>Cancels <paramref name="stop"/> at the end of stdin.</summary>
    public static void Start(CancellationTokenSource stop)
    {
        var thread = new Thread(() => Watch(stop)) { IsBackground = true, Name = "parent watch" };
        thread.Start();
    }

    private static void Watch(CancellationTokenSource stop)
    {
        using Stream stdin = Console.OpenStandardInput();
        Span<byte> buffer = stackalloc byte[64];
        while (stdin.Read(buffer) > 0)
        {
        }

        stop.Cancel();
    }
}
