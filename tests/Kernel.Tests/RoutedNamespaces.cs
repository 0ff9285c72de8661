using System.Diagnostics;
using System.Net;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeBox.Kernel.Tests;

/// <summary>
/// Two network namespaces with a third between them that forwards, so that losses happen on the way and not in the sender's own queue:
/// <code>
///   near 10.99.1.1 — 10.99.1.2 router 10.99.2.2 — 10.99.2.1 far
/// </code>
/// </summary>
internal sealed partial class RoutedNamespaces : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private static int s_count;
    private readonly string _name = $"nbk{Environment.ProcessId}x{Interlocked.Increment(ref s_count)}";
    private readonly List<string> _made = [];

    public RoutedNamespaces()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/tc") && File.Exists("/usr/sbin/ip"), "needs ip and tc of iproute2");
        try
        {
            foreach (string name in (string[])[Near, Router, Far])
            {
                Assert.SkipUnless(Execute("ip", $"netns add {name}") == 0, "needs CAP_SYS_ADMIN and CAP_NET_ADMIN for network namespaces");
                _made.Add(name);
                Ip($"-n {name} link set lo up");
            }

            Join(Near, "10.99.1.1", Router, "10.99.1.2");
            Join(Far, "10.99.2.1", Router, "10.99.2.2");
            Assert.Equal(0, Execute("ip", $"netns exec {Router} sysctl -qw net.ipv4.ip_forward=1"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Near => _name + "near";

    public string Router => _name + "router";

    public string Far => _name + "far";

    public IPAddress FarAddress { get; } = IPAddress.Parse("10.99.2.1");

    /// <summary>Runs code in a thread of its own inside a namespace.</summary>
    public static T Run<T>(string name, Func<T> action)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle($"/run/netns/{name}");
                Assert.Equal(0, setns((int)handle.DangerousGetHandle(), CLONE_NEWNET));
                result = action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>Limits what leaves an interface to a rate and a queue that is too short for TCP.</summary>
    public static void Throttle(string name, string towards) => Shape(name, towards, "rate 100mbit burst 15kb limit 30kb");

    /// <summary>Limits what leaves an interface by the token bucket's arguments (tc-tbf(8)).</summary>
    public static void Shape(string name, string towards, string arguments)
    {
        string command = $"-n {name} qdisc add dev to{towards[^3..]} root tbf {arguments}";
        Assert.SkipUnless(Execute("tc", command) == 0, "needs the tbf qdisc");
    }

    /// <summary>From now on the router loses silently what is for an address.</summary>
    public void Lose(string destination)
    {
        Ip($"-n {Router} route add blackhole {destination}");
    }

    /// <summary>From now on it does not any more.</summary>
    public void Find(string destination)
    {
        Ip($"-n {Router} route delete blackhole {destination}");
    }

    public void Dispose()
    {
        foreach (string name in _made)
        {
            Execute("ip", $"netns delete {name}");
        }
    }

    private static void Join(string end, string address, string router, string routerAddress)
    {
        string here = $"to{router[^3..]}";
        string there = $"to{end[^3..]}";
        Ip($"link add {here} netns {end} type veth peer name {there} netns {router}");
        Ip($"-n {end} address add {address}/24 dev {here}");
        Ip($"-n {router} address add {routerAddress}/24 dev {there}");
        Ip($"-n {end} link set {here} up");
        Ip($"-n {router} link set {there} up");
        Ip($"-n {end} route add default via {routerAddress}");
    }

    private static void Ip(string arguments)
    {
        Assert.Equal(0, Execute("ip", arguments));
    }

    private static int Execute(string program, string arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int fd, int type);
}
