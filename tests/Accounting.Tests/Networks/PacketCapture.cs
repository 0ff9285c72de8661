using System.Text.RegularExpressions;
using NodeBox.Smoke.Tests;

namespace NodeBox.Accounting.Tests.Networks;

/// <summary>A running tcpdump of all TCP packets at all interfaces of a namespace.</summary>
internal sealed partial class PacketCapture : IDisposable
{
    /// <summary>Enough for an Ethernet frame.</summary>
    public const int UsualSnapshotBytes = 2048;

    /// <summary>Enough where offload is on and requests and answers are packets of tens of kilobytes.</summary>
    public const int LongSnapshotBytes = 32_768;

    private const int BufferKiB = 65_536;

    // On a disk that others keep busy it would wait for a write while packets come.
    private const string InMemory = "/dev/shm";

    private readonly Invocation _tcpdump;
    private readonly string _file;

    private PacketCapture(Invocation tcpdump, string file)
    {
        _tcpdump = tcpdump;
        _file = file;
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="folder">Gives the file its name, and gets it where there is no memory to keep it in.</param>
    /// <param name="place">Where to listen.</param>
    /// <param name="snapshotBytes">How much to keep of each packet. In immediate mode each takes as much of the buffer, however short it is.</param>
    public static async Task<PacketCapture> StartAsync(string folder, NetworkNamespace place, int snapshotBytes = UsualSnapshotBytes)
    {
        // The pseudo-device gives each packet of loopback once: its arrival. Without immediate mode, packets would wait for a block to
        // fill. It must not give up root, or it could not write into the folder.
        string file = Path.Combine(Directory.Exists(InMemory) ? InMemory : folder, $"{Path.GetFileName(folder)}-{place.Name}.pcap");
        Invocation tcpdump = Invocation.Start(folder, place.Exec(
            "tcpdump", "-i", "any", "-n", "-Z", "root", "-s", $"{snapshotBytes}", "-B", $"{BufferKiB}", "--immediate-mode",
            "--time-stamp-precision=nano", "-w", file, "tcp"));
        try
        {
            await tcpdump.SayAsync("listening on");
            return new PacketCapture(tcpdump, file);
        }
        catch
        {
            tcpdump.Dispose();
            throw;
        }
    }

    /// <summary>Ends it and returns the file. Fails the test where it lost packets.</summary>
    public async Task<string> StopAsync()
    {
        // A signal ends it with the packets unread that are in the buffer by then. While it sleeps, there are none.
        await _tcpdump.UntilIdleAsync();
        Signals.Send(_tcpdump.Pid, Signals.Interrupt);
        Outcome outcome = (await _tcpdump.EndAsync(Patience.ForProgress)).Expect(0);
        string dropped = Dropped().Match(string.Join('\n', outcome.Errors)).Groups[1].Value;
        Assert.True(dropped == "0", $"the capture lost packets, so that it proves nothing: {outcome}");
        return _file;
    }

    public void Dispose()
    {
        _tcpdump.Dispose();
        File.Delete(_file);
    }

    [GeneratedRegex(@"(\d+) packets dropped by kernel")]
    private static partial Regex Dropped();
}
