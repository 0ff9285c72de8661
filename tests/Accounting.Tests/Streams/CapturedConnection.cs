using System.Net;
using NodeBox.Accounting.Tests.Captures;

namespace NodeBox.Accounting.Tests.Streams;

/// <summary>One TCP connection of a capture, from its SYN on.</summary>
internal sealed class CapturedConnection
{
    private readonly uint _clientSequence;
    private ByteStream? _fromServer;

    /// <param name="syn">The SYN of the end that opens it.</param>
    public CapturedConnection(Segment syn)
    {
        Client = syn.Source;
        Server = syn.Destination;
        BeginNs = syn.AtNs;
        _clientSequence = syn.Sequence;
        FromClient = new ByteStream(syn.Sequence + 1);
    }

    public IPEndPoint Client { get; }

    public IPEndPoint Server { get; }

    /// <summary>When the first SYN was captured, in ns of the Unix epoch.</summary>
    public long BeginNs { get; }

    /// <summary>What the client sent.</summary>
    public ByteStream FromClient { get; }

    /// <summary>What the server sent; empty where it never answered.</summary>
    public ByteStream FromServer => _fromServer ?? new ByteStream(0);

    /// <summary>Whether <paramref name="syn"/> is another transmission of this connection's SYN.</summary>
    public bool BeganWith(Segment syn) => syn.Sequence == _clientSequence && syn.Source.Equals(Client);

    /// <param name="segment">A packet of this connection.</param>
    /// <param name="order">Its place among all packets of the capture.</param>
    public void Add(Segment segment, int order)
    {
        bool isFromClient = segment.Source.Equals(Client);
        if (!isFromClient && segment.Has(TcpFlags.Syn))
        {
            _fromServer ??= new ByteStream(segment.Sequence + 1);
        }

        (isFromClient ? _fromServer : FromClient)?.AddAnswer(segment);
        (isFromClient ? FromClient : _fromServer)?.Add(segment, order);
    }

    public override string ToString() => $"{Client} → {Server}";
}
