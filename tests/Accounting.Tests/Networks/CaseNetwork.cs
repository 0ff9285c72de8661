using System.Net;
using System.Security.Cryptography;

namespace NodeBox.Accounting.Tests.Networks;

/// <summary>
/// A node's namespace and a peer's, joined by a bridge in a third: what the bridge drops, its sender's capture has and its receiver's has
/// not. Disposing removes all three.
/// </summary>
internal sealed class CaseNetwork : IDisposable
{
    public static readonly IPAddress NodeAddress = IPAddress.Parse("10.78.0.1");
    public static readonly IPAddress PeerAddress = IPAddress.Parse("10.78.0.2");
    public static readonly IPAddress NodeAddress6 = IPAddress.Parse("fd78::1");
    public static readonly IPAddress PeerAddress6 = IPAddress.Parse("fd78::2");

    private const string Device = "eth0";

    private readonly NetworkNamespace _hub;

    private CaseNetwork(string name)
    {
        _hub = new NetworkNamespace($"{name}-hub");
        Node = new NetworkNamespace($"{name}-node");
        Peer = new NetworkNamespace($"{name}-peer");
        Losses = new Losses(_hub);
    }

    public NetworkNamespace Node { get; }

    public NetworkNamespace Peer { get; }

    /// <summary>What is dropped between the two.</summary>
    public Losses Losses { get; }

    public static CaseNetwork Make()
    {
        var network = new CaseNetwork("nbacc" + RandomNumberGenerator.GetHexString(6, lowercase: true));
        try
        {
            Tool.Run("ip", "netns", "add", network._hub.Name);
            network._hub.Ip("link add br0 type bridge");
            network._hub.Ip("link set br0 up");
            network.Attach(network.Node, "node", NodeAddress, NodeAddress6);
            network.Attach(network.Peer, "peer", PeerAddress, PeerAddress6);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (NetworkNamespace place in new[] { Node, Peer, _hub }.Where(static place => File.Exists($"/run/netns/{place.Name}")))
        {
            Tool.Run("ip", "netns", "del", place.Name);
        }
    }

    private void Attach(NetworkNamespace place, string port, IPAddress address, IPAddress address6)
    {
        Tool.Run("ip", "netns", "add", place.Name);
        _hub.Ip($"link add {port} type veth peer name {Device} netns {place.Name}");
        _hub.Ip($"link set {port} master br0 up");
        place.Ip("link set lo up");
        place.Ip($"link set {Device} up");
        place.Ip($"addr add {address}/24 dev {Device} noprefixroute");
        place.Ip($"addr add {address6}/64 dev {Device} nodad noprefixroute");

        // The machine's default may be one that paces, which would make a test of single losses slow.
        place.Ip($"route add 10.78.0.0/24 dev {Device} src {address} congctl cubic");
        place.Ip($"route add fd78::/64 dev {Device} src {address6} congctl cubic");
        _hub.SetOffload(port, on: false);
        place.BeLikeAWire();
    }
}
