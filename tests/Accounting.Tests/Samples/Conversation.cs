using System.Net;
using System.Text;
using NodeBox.Accounting.Tests.Captures;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Samples;

/// <summary>A connection between two ends, written down packet by packet as a capture would have it.</summary>
internal sealed class Conversation
{
    public const string Client = "10.0.0.1";
    public const string Server = "10.0.0.2";

    private readonly IPEndPoint _client;
    private readonly IPEndPoint _server;
    private readonly uint _clientFirst;
    private readonly uint _serverFirst;
    private readonly List<Segment> _segments = [];
    private uint _sent;
    private uint _answered;

    /// <param name="clientSequence">The sequence number of the client's SYN; the server's is as far away as can be.</param>
    /// <param name="serverPort">Where the server listens.</param>
    public Conversation(uint clientSequence = 1000, int serverPort = 80)
    {
        _client = new IPEndPoint(IPAddress.Parse(Client), 40_000);
        _server = new IPEndPoint(IPAddress.Parse(Server), serverPort);
        _clientFirst = clientSequence + 1;
        _serverFirst = clientSequence + 0x8000_0001;
        Add(fromClient: true, _clientFirst - 1, TcpFlags.Syn, "");
        Add(fromClient: false, _serverFirst - 1, TcpFlags.Syn | TcpFlags.Ack, "");
        Add(fromClient: true, _clientFirst, TcpFlags.Ack, "");
    }

    public IReadOnlyList<Segment> Segments => _segments;

    /// <summary>A request without a body.</summary>
    public static string Get(int task, int span) => $"GET / HTTP/1.1\r\ntraceparent: 00-{task:x32}-{span:x16}-01\r\n\r\n";

    /// <summary>A request with a body.</summary>
    public static string Post(int task, int span, int body) =>
        $"POST / HTTP/1.1\r\nContent-Length: {body}\r\ntraceparent: 00-{task:x32}-{span:x16}-01\r\n\r\n{new string('q', body)}";

    /// <summary>A response with a body.</summary>
    public static string Ok(int body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body}\r\n\r\n{new string('a', body)}";

    /// <summary>The next bytes from the client, in one packet.</summary>
    public Conversation Send(string bytes)
    {
        Add(fromClient: true, _clientFirst + _sent, TcpFlags.Ack, bytes);
        _sent += (uint)bytes.Length;
        return this;
    }

    /// <summary>The next bytes from the server, in one packet.</summary>
    public Conversation Answer(string bytes)
    {
        Add(fromClient: false, _serverFirst + _answered, TcpFlags.Ack, bytes);
        _answered += (uint)bytes.Length;
        return this;
    }

    /// <summary>The last packet with data in this direction once more.</summary>
    public Conversation Again(bool fromClient)
    {
        IPEndPoint source = fromClient ? _client : _server;
        _segments.Add(_segments.Last(segment => segment.PayloadBytes > 0 && segment.Source.Equals(source)));
        return this;
    }

    /// <summary>A packet at any place, in bytes from the beginning of the direction.</summary>
    public Conversation At(bool fromClient, int offset, string bytes, TcpFlags flags = TcpFlags.Ack)
    {
        Add(fromClient, (fromClient ? _clientFirst : _serverFirst) + (uint)offset, flags, bytes);
        return this;
    }

    /// <summary>What a capture with these packets says of one end.</summary>
    public EndTruth TruthAt(string address)
    {
        IPAddress[] addresses = [IPAddress.Parse(address)];
        return Assert.Single(NodeTruth.Of("n", addresses, _segments));
    }

    private void Add(bool fromClient, uint sequence, TcpFlags flags, string bytes)
    {
        byte[] payload = Encoding.Latin1.GetBytes(bytes);
        (IPEndPoint source, IPEndPoint destination) = fromClient ? (_client, _server) : (_server, _client);
        uint acknowledgement = fromClient ? _serverFirst + _answered : _clientFirst + _sent;
        _segments.Add(new Segment(_segments.Count * 1000L, source, destination, sequence, acknowledgement, flags, payload.Length, payload));
    }
}
