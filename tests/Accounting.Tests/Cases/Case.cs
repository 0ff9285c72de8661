using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;
using NodeBox.Smoke.Tests;
using NodeBox.Smoke.Tests.Runs;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>
/// One node of the published program with its own collector, in a network of its own with a peer that the test plays, an open run and a
/// running capture. Disposing it stops the node and removes everything.
/// </summary>
internal sealed class Case : IAsyncDisposable
{
    private const string NodeName = "n1";
    private const string RunId = "case";
    private const int ControlPort = 9464;
    private const int CollectorPort = 4318;
    /// <summary>Where the test plays the service that the gateway calls.</summary>
    public const int NextPort = 9000;

    /// <summary>Where the gateway listens.</summary>
    public const int GatewayPort = 7201;

    private readonly CaseNetwork _network;
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-accounting-").FullName;
    private readonly HttpClient _http;
    private readonly List<Socket> _listeners = [];
    private Invocation? _node;
    private PacketCapture? _capture;

    private Case(CaseNetwork network, IPAddress address)
    {
        _network = network;
        Address = address;
        _http = network.Peer.Http();
    }

    /// <summary>The node's.</summary>
    public IPAddress Address { get; }

    /// <summary>Where the test's own ends are.</summary>
    public NetworkNamespace Peer => _network.Peer;

    public Losses Losses => _network.Losses;

    /// <summary>A node whose gateway answers by itself.</summary>
    public static Task<Case> WithGatewayAsync(int responseBytes = 512, bool ipv6 = false) =>
        StartAsync("baseline", Gateway(responseBytes), ipv6);

    /// <summary>A node whose gateway calls a service that the test plays: see <see cref="Serve"/>.</summary>
    public static Task<Case> WithForeignServiceAsync(int requestBytes = 512, bool ipv6 = false)
    {
        string next = $"""
            [[roles.baseline.services]]
            name = "next"
            port = 7202
            url = "http://{NextHop(ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)}"
            request_bytes = {requestBytes}
            response_bytes = 0
            """;
        return StartAsync("baseline", Gateway(responseBytes: 512) + next, ipv6);
    }

    /// <summary>Starts a node that is its own collector, opens a run and begins to capture. Skips the test where that cannot be.</summary>
    /// <param name="role">The node's role besides.</param>
    /// <param name="settings">The role's, as in roles.toml.</param>
    /// <param name="ipv6">Whether the node is at its IPv6 address.</param>
    /// <param name="variables">Environment variables for the node, as in "NAME=value".</param>
    public static async Task<Case> StartAsync(string role, string settings, bool ipv6 = false, params IReadOnlyList<string> variables)
    {
        Tool.SkipUnlessPossible("tcpdump", "ethtool", "nft");
        var @case = new Case(CaseNetwork.Make(), ipv6 ? CaseNetwork.NodeAddress6 : CaseNetwork.NodeAddress);
        try
        {
            await @case.StartNodeAsync(role, settings, variables);
            @case._capture = await PacketCapture.StartAsync(@case._folder, @case._network.Node);
            using HttpResponseMessage opened = await @case._http.PostAsJsonAsync(
                @case.Url(CollectorPort, "api/runs"), new Dictionary<string, string> { ["run_id"] = RunId });
            Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
            return @case;
        }
        catch
        {
            await @case.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection of the peer to the node.</summary>
    public async Task<PeerConnection> ConnectAsync(int port) => new(await Peer.ConnectAsync(new IPEndPoint(Address, port)));

    /// <summary>A call of the gateway over a connection of its own: sends the request and returns the response.</summary>
    public async Task<string> CallAsync(Call call)
    {
        using PeerConnection connection = await ConnectAsync(GatewayPort);
        await connection.WriteAsync(call.Request());
        return await connection.ReadResponseAsync();
    }

    /// <summary>Plays the service that the gateway calls: hands each connection to <paramref name="serve"/>.</summary>
    /// <param name="serve">Gets the connection and which one it is, from 1.</param>
    public void Serve(Func<PeerConnection, int, Task> serve)
    {
        Socket listener = Peer.Listen(NextHop(Address.AddressFamily));
        _listeners.Add(listener);
        _ = AcceptAsync(listener, serve);
    }

    /// <summary>Ends the run and compares all that was recorded with all that was captured.</summary>
    public async Task<(Comparison Comparison, IReadOnlyList<EndTruth> Truth, IReadOnlyList<RecordedFlow> Recorded)> FinishAsync()
    {
        // What the node does last, such as an acknowledgement that it delays, has its place in both.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        using HttpResponseMessage flushed = await _http.PostAsync(Url(ControlPort, "flush"), content: null);
        Assert.Equal(HttpStatusCode.OK, flushed.StatusCode);
        string folder = await FetchAsync();
        string capture = await _capture!.StopAsync();
        IReadOnlyList<EndTruth> truth = NodeTruth.Read(NodeName, [Address], capture);
        using var tables = new RunTables(folder);
        IReadOnlyList<RecordedFlow> recorded = Records.Read(tables);
        return (Comparison.Of(truth, recorded, Exactness.Full), truth, recorded);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _listeners.ForEach(static listener => listener.Dispose());
        _capture?.Dispose();
        try
        {
            if (_node is { HasExited: false })
            {
                Signals.Send(_node.Pid, Signals.Terminate);
                (await _node.EndAsync(Patience.ForProgress)).Expect(0);
            }
        }
        finally
        {
            _node?.Dispose();
            _network.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task StartNodeAsync(string role, string settings, IReadOnlyList<string> variables)
    {
        string config =
            $"""
            [testbed]
            name = "case"
            collector = "{NodeName}"
            insecure = true

            [nodes.{NodeName}]
            address = "{Address}"
            role = "{role}+collector"

            {settings}
            """;
        File.WriteAllText(Path.Combine(_folder, "roles.toml"), config);
        string[] command = ["env", .. variables, Published.Binary, "--node", NodeName, "--state", Path.Combine(_folder, "state")];
        _node = Invocation.Start(_folder, _network.Node.Exec(command));
        await _node.SayAsync("is ready on");
        await _node.SayAsync("flows: tp_btf");
    }

    private async Task<string> FetchAsync()
    {
        using HttpResponseMessage finished = await _http.PostAsync(Url(CollectorPort, $"api/runs/{RunId}/finish"), content: null);
        Assert.Equal(HttpStatusCode.OK, finished.StatusCode);
        JsonElement files = (await finished.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("files");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName;
        foreach (string file in files.EnumerateArray().Select(static file => file.GetString()!).Where(static file => file.EndsWith(".parquet")))
        {
            byte[] content = await _http.GetByteArrayAsync(Url(CollectorPort, $"api/runs/{RunId}/files/{file}"));
            await File.WriteAllBytesAsync(Path.Combine(folder, file), content);
        }

        return folder;
    }

    private static IPEndPoint NextHop(AddressFamily family) =>
        new(family == AddressFamily.InterNetwork ? CaseNetwork.PeerAddress : CaseNetwork.PeerAddress6, NextPort);

    private static string Gateway(int responseBytes) =>
        $"""
        [[roles.baseline.services]]
        name = "gateway"
        port = {GatewayPort}
        service_time = "0s"
        response_bytes = {responseBytes}


        """;

    private Uri Url(int port, string path) => new($"http://{new IPEndPoint(Address, port)}/{path}");

    private static async Task AcceptAsync(Socket listener, Func<PeerConnection, int, Task> serve)
    {
        for (int number = 1; ; number++)
        {
            Socket accepted;
            try
            {
                accepted = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
                return;
            }

            _ = ServeAsync(accepted, number, serve);
        }
    }

    // What a script finds wrong makes its connection end, which the node's answer then tells the test.
    private static async Task ServeAsync(Socket accepted, int number, Func<PeerConnection, int, Task> serve)
    {
        using var connection = new PeerConnection(accepted);
        await serve(connection, number);
    }
}
