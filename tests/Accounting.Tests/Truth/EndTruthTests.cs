using NodeBox.Accounting.Tests.Captures;
using NodeBox.Accounting.Tests.Samples;

namespace NodeBox.Accounting.Tests.Truth;

public sealed class EndTruthTests
{
    private static readonly int s_get = Conversation.Get(1, 1).Length;
    private static readonly int s_ok = Conversation.Ok(10).Length;

    [Fact]
    public void Each_exchange_has_its_bytes_and_packets()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer(Conversation.Ok(10));
        string second = Conversation.Post(8, 2, 2000);
        conversation.Send(second[..1000]).Send(second[1000..]).Answer(Conversation.Ok(10)[..20]).Answer(Conversation.Ok(10)[20..]);

        EndTruth client = conversation.TruthAt(Conversation.Client);
        Assert.True(client.IsClient);
        Assert.Equal([(7, 1), (8, 2)], client.Slices.Select(IdsOf));
        Assert.Equal(new Traffic(s_get, s_ok, 1, 1, 0, 0), client.Slices[0].Traffic);
        Assert.Equal(new Traffic(second.Length, s_ok, 2, 2, 0, 0), client.Slices[1].Traffic);
        Assert.Equal(new Traffic(s_get + second.Length, 2 * s_ok, 3, 3, 0, 0), client.Total);
        Assert.Equal(default, client.Rest);

        EndTruth server = conversation.TruthAt(Conversation.Server);
        Assert.False(server.IsClient);
        Assert.Equal(new Traffic(s_ok, second.Length, 2, 2, 0, 0), server.Slices[1].Traffic);
    }

    [Fact]
    public void A_late_retransmission_belongs_to_the_exchange_whose_bytes_it_has()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer(Conversation.Ok(10)).Send(Conversation.Get(8, 2));
        conversation.At(fromClient: false, offset: 0, Conversation.Ok(10)).Answer(Conversation.Ok(10));
        EndTruth server = conversation.TruthAt(Conversation.Server);
        Assert.Equal(new Traffic(s_ok, s_get, 1, 1, 1, s_ok), server.Slices[0].Traffic);
        Assert.Equal(new Traffic(s_ok, s_get, 1, 1, 0, 0), server.Slices[1].Traffic);
        Assert.Equal([1, 0], server.Slices.Select(static slice => slice.LateRepeats));
        EndTruth client = conversation.TruthAt(Conversation.Client);
        Assert.Equal([1, 0], client.Slices.Select(static slice => slice.LateRepeats));
        Assert.Equal([2, 1], client.Slices.Select(static slice => slice.Traffic.RxSegs));
        Assert.Equal([s_ok, s_ok], client.Slices.Select(static slice => slice.Traffic.RxBytes));
    }

    [Fact]
    public void A_packet_that_straddles_two_exchanges_is_counted_with_its_first_byte()
    {
        EndTruth client = new Conversation().Send(Conversation.Get(7, 1) + Conversation.Get(8, 2)).TruthAt(Conversation.Client);
        Assert.Equal(new Traffic(s_get, 0, 1, 0, 0, 0), client.Slices[0].Traffic);
        Assert.Equal(new Traffic(s_get, 0, 0, 0, 0, 0), client.Slices[1].Traffic);
    }

    [Fact]
    public void A_retransmission_that_joins_packets_carries_nothing_new()
    {
        string request = Conversation.Post(7, 1, 500);
        Conversation conversation = new Conversation().Send(request[..200]).Send(request[200..]).At(fromClient: true, offset: 0, request);
        Assert.Equal(new Traffic(request.Length, 0, 2, 0, 1, request.Length), conversation.TruthAt(Conversation.Client).Total);
    }

    [Fact]
    public void At_its_receiver_a_packet_that_comes_late_counts_where_it_belongs()
    {
        string request = Conversation.Post(7, 1, 500);
        Conversation conversation = new Conversation().At(fromClient: true, 200, request[200..]).At(fromClient: true, 0, request[..200]);
        Assert.Equal(new Traffic(0, request.Length, 0, 2, 0, 0), Assert.Single(conversation.TruthAt(Conversation.Server).Slices).Traffic);
    }

    [Fact]
    public void What_arrives_after_a_reset_is_not_received()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer("HTTP/1.1 200 OK\r\n\r\nab");
        conversation.At(fromClient: true, s_get, "", TcpFlags.Rst | TcpFlags.Ack).Answer("cd");
        Assert.Equal(new Traffic(s_get, 21, 1, 1, 0, 0), conversation.TruthAt(Conversation.Client).Total);
    }

    [Fact]
    public void What_a_sender_sends_before_it_takes_the_reset_is_sent()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer("HTTP/1.1 200 OK\r\n\r\nab");
        conversation.At(fromClient: true, s_get, "", TcpFlags.Rst | TcpFlags.Ack).Answer("cd").Again(fromClient: false);
        EndTruth server = conversation.TruthAt(Conversation.Server);
        Assert.Equal(new Traffic(23, s_get, 2, 1, 1, 2), server.Total);
        Assert.Equal(server.Total, Assert.Single(server.Slices).Traffic);
        EndTruth client = conversation.TruthAt(Conversation.Client);
        Assert.Equal(new Traffic(s_get, 21, 1, 1, 0, 0), client.Total);
        Assert.Equal(client.Total, Assert.Single(client.Slices).Traffic);
    }

    [Fact]
    public void What_an_end_sends_after_its_own_reset_is_nobodys()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer("HTTP/1.1 200 OK\r\n\r\nab");
        conversation.At(fromClient: false, 21, "", TcpFlags.Rst | TcpFlags.Ack).Answer("cd");
        Assert.Equal(new Traffic(21, s_get, 1, 1, 0, 0), conversation.TruthAt(Conversation.Server).Total);
        Assert.Equal(new Traffic(s_get, 21, 1, 1, 0, 0), conversation.TruthAt(Conversation.Client).Total);
    }

    [Fact]
    public void What_an_end_refuses_after_its_close_is_not_received_but_arrived()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).Answer("HTTP/1.1 200 OK\r\n\r\nab");
        conversation.At(fromClient: true, s_get, "", TcpFlags.Fin | TcpFlags.Ack).Answer("cd").At(fromClient: true, s_get + 1, "", TcpFlags.Rst);
        EndTruth client = conversation.TruthAt(Conversation.Client);
        Assert.Equal(new Traffic(s_get, 21, 1, 2, 0, 0), client.Total);
        Assert.Equal(client.Total, Assert.Single(client.Slices).Traffic);
        Assert.Equal(new Traffic(23, s_get, 2, 1, 0, 0), conversation.TruthAt(Conversation.Server).Total);
    }

    [Fact]
    public void Numbers_that_wrap_within_an_exchange_change_nothing()
    {
        for (uint distance = 1; distance < 200; distance += 7)
        {
            Conversation conversation = new Conversation(clientSequence: 0u - distance)
                .Send(Conversation.Get(7, 1)).Again(fromClient: true).Answer(Conversation.Ok(10)).Send(Conversation.Get(8, 2));
            EndTruth client = conversation.TruthAt(Conversation.Client);
            Assert.Equal(new Traffic(s_get, s_ok, 1, 1, 1, s_get), client.Slices[0].Traffic);
            Assert.Equal(new Traffic(s_get, 0, 1, 0, 0, 0), client.Slices[1].Traffic);
        }
    }

    [Fact]
    public void The_same_ports_again_are_another_connection()
    {
        Conversation first = new Conversation().Send(Conversation.Get(7, 1));
        Conversation second = new Conversation(clientSequence: 77).Send(Conversation.Get(8, 2));
        IReadOnlyList<EndTruth> truth = NodeTruth.Of("n", [first.Segments[0].Source.Address], first.Segments.Concat(second.Segments));
        Assert.Equal([(7, 1), (8, 2)], truth.Select(static end => IdsOf(Assert.Single(end.Slices))));
    }

    [Fact]
    public void A_SYN_that_is_repeated_is_the_same_connection()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1));
        IReadOnlyList<EndTruth> truth = NodeTruth.Of("n", [conversation.Segments[0].Source.Address], conversation.Segments.Prepend(conversation.Segments[0]));
        Assert.Equal(s_get, Assert.Single(truth).Total.TxBytes);
    }

    [Fact]
    public void A_connection_that_began_before_the_capture_is_left_out()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1));
        Assert.Empty(NodeTruth.Of("n", [conversation.Segments[0].Source.Address], conversation.Segments.Skip(1)));
    }

    [Fact]
    public void A_capture_that_lacks_what_its_node_sent_is_refused()
    {
        Conversation conversation = new Conversation().Send(Conversation.Get(7, 1)).At(fromClient: true, s_get + 5, "later");
        var error = Assert.Throws<CaptureException>(() => conversation.TruthAt(Conversation.Client));
        Assert.Contains("lacks packets that n sent", error.Message);
    }

    [Fact]
    public void What_is_not_HTTP_has_bytes_and_no_exchanges()
    {
        EndTruth client = new Conversation().Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").Answer("xyz").TruthAt(Conversation.Client);
        Assert.Empty(client.Slices);
        Assert.Equal(new Traffic(24, 3, 1, 1, 0, 0), client.Rest);
    }

    private static (int Task, int Span) IdsOf(SliceTruth slice) =>
        (Convert.ToInt32(slice.Exchange.TaskId![24..], 16), Convert.ToInt32(slice.Exchange.SpanId, 16));
}
