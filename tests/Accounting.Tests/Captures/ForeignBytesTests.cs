using System.Net;
using NodeBox.Accounting.Tests.Samples;
using NodeBox.Accounting.Tests.Truth;

namespace NodeBox.Accounting.Tests.Captures;

/// <summary>Whatever a capture holds, it is read or refused with a clear error.</summary>
public sealed class ForeignBytesTests
{
    private static readonly IPAddress[] s_addresses = [IPAddress.Parse(Conversation.Client), IPAddress.Parse(Conversation.Server)];

    [Fact]
    public void A_capture_that_is_cut_off_anywhere_is_read_or_refused()
    {
        byte[] file = Sample(LinkType.Ethernet);
        for (int length = 0; length < file.Length; length++)
        {
            ReadOrRefuse(file[..length]);
        }
    }

    [Fact]
    public void A_capture_with_random_changes_is_read_or_refused()
    {
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] file = Sample(Enum.GetValues<LinkType>()[i % 4]);
            for (int changes = random.Next(1, 12); changes > 0; changes--)
            {
                file[random.Next(24, file.Length)] = (byte)random.Next(256);
            }

            refused += ReadOrRefuse(file) ? 0 : 1;
        }

        Assert.InRange(refused, 1, 19_999);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] packet = new byte[random.Next(200)];
            random.NextBytes(packet);
            ReadOrRefuse(Packets.Pcap([(i, packet)], Enum.GetValues<LinkType>()[i % 4]));
        }
    }

    private static bool ReadOrRefuse(byte[] file)
    {
        try
        {
            IReadOnlyList<EndTruth> truth = NodeTruth.Of("n", s_addresses, PcapFile.Parse(file, "file").Select(SegmentDecoder.Decode).OfType<Segment>());
            Assert.All(truth, static end => Assert.InRange(end.Total.TxBytes, 0, 1 << 20));
            return true;
        }
        catch (CaptureException e)
        {
            Assert.NotEmpty(e.Message);
            return false;
        }
    }

    private static byte[] Sample(LinkType link)
    {
        Conversation conversation = new Conversation()
            .Send(Conversation.Post(1, 2, 100)).Again(fromClient: true).Answer(Conversation.Ok(100)).Send(Conversation.Get(1, 3)).Answer(Conversation.Ok(5));
        return Packets.Pcap(conversation.Segments.Select(segment => (segment.AtNs, Packets.Frame(link, segment))), link);
    }
}
