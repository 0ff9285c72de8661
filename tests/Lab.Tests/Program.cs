using System.Net;
using System.Net.Sockets;

namespace NodeBox.Lab.Tests;

/// <summary>Runs the tests; or, with a first argument of its own, is one of the processes that the tests need.</summary>
internal static class Program
{
    internal static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Lab.Tests");

    internal static IReadOnlyList<string> Supervise => [Path, "supervise"];

    private static async Task<int> Main(string[] args) => args switch
    {
        ["supervise"] => await LabSupervisor.RunAsync(),
        ["drive", string lab] => await DriveAsync(lab),
        ["up", string lab] => await ReportUpAsync(lab),
        ["listen", string port] => await ListenAsync(int.Parse(port)),
        ["connect", string host, string port] => await ConnectAsync(host, int.Parse(port)),
        _ when args.Any(arg => arg is "--server" or "--internal-msbuild-node") =>
            await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };

    /// <summary>Brings a bound lab up, says so, and waits to be killed.</summary>
    private static async Task<int> DriveAsync(string lab)
    {
        await using RunningLab running = await Labs.UpAsync(TestLab.TwoNodes(lab) with { Lifetime = LabLifetime.Bound }, Supervise);
        Console.WriteLine("up");
        await Task.Delay(TimeSpan.FromSeconds(60));
        return 0;
    }

    /// <summary>Tries to bring a lab up, and says what came of it.</summary>
    private static async Task<int> ReportUpAsync(string lab)
    {
        try
        {
            await using RunningLab running = await Labs.UpAsync(TestLab.TwoNodes(lab) with { Lifetime = LabLifetime.Bound }, Supervise);
            Console.WriteLine("up");
            return 0;
        }
        catch (LabException e)
        {
            Console.WriteLine($"{e.Fault}: {e.Message}");
            return 1;
        }
    }

    /// <summary>A node that echoes what each connection sends, until its standard input ends.</summary>
    private static async Task<int> ListenAsync(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        await File.WriteAllTextAsync(Environment.GetEnvironmentVariable(NodeEnvironment.ReadyFile)!, "");
        _ = EchoAsync(listener);
        await Console.OpenStandardInput().CopyToAsync(Stream.Null);
        return 0;
    }

    private static async Task EchoAsync(TcpListener listener)
    {
        while (true)
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await client.GetStream().CopyToAsync(client.GetStream());
        }
    }

    /// <summary>Prints what comes back for "hello", this end's congestion control and the peer's address.</summary>
    private static async Task<int> ConnectAsync(string host, int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port);
        byte[] message = "hello"u8.ToArray();
        await client.GetStream().WriteAsync(message);
        byte[] reply = new byte[message.Length];
        await client.GetStream().ReadExactlyAsync(reply);
        const int IpProtoTcp = 6;
        const int TcpCongestion = 13;
        byte[] algorithm = new byte[16];
        int length = client.Client.GetRawSocketOption(IpProtoTcp, TcpCongestion, algorithm);
        string name = System.Text.Encoding.ASCII.GetString(algorithm, 0, length).TrimEnd('\0');
        Console.WriteLine($"{System.Text.Encoding.ASCII.GetString(reply)} {name} {((IPEndPoint)client.Client.RemoteEndPoint!).Address.MapToIPv4()}");
        return 0;
    }
}
