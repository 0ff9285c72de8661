using NodeBox.Telemetry.Push;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Push;

public sealed class SpoolTests : IDisposable
{
    private const long Plenty = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-spool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Batches_come_back_in_order_and_once_acknowledged_no_more()
    {
        using Spool spool = Spool.Open(_folder, Plenty);
        Append(spool, "a", "b", "c");
        Assert.Equal(["a", "b", "c"], Contents(spool));
        spool.Acknowledge(2);
        Assert.Equal(["c"], Contents(spool));
        spool.Acknowledge(3);
        Assert.Empty(Contents(spool));
    }

    [Fact]
    public void A_reader_goes_on_where_it_stood()
    {
        using Spool spool = Spool.Open(_folder, Plenty);
        SpoolCursor cursor = default;
        Assert.Null(spool.ReadNext(ref cursor));
        Append(spool, "a", "b");
        Assert.Equal("a", Text(spool.ReadNext(ref cursor)));
        spool.Acknowledge(1);
        Assert.Equal("b", Text(spool.ReadNext(ref cursor)));
        Assert.Null(spool.ReadNext(ref cursor));
        spool.Acknowledge(2);
        Append(spool, "c");
        Assert.Equal("c", Text(spool.ReadNext(ref cursor)));
    }

    [Fact]
    public void Batches_survive_a_restart_and_no_sequence_is_given_twice()
    {
        HashSet<ulong> given = [];
        Google.Protobuf.ByteString? id = null;
        for (int restart = 0; restart < 5; restart++)
        {
            using Spool spool = Spool.Open(_folder, Plenty);
            Assert.Equal(id ?? spool.Id, spool.Id);
            id = spool.Id;
            Batch batch = Named($"{restart}");
            Assert.True(spool.TryAppend(batch, 1));
            Assert.True(given.Add(batch.Sequence));
            if (restart == 2)
            {
                spool.Acknowledge(batch.Sequence);
            }
        }

        using Spool last = Spool.Open(_folder, Plenty);
        Assert.Equal(["3", "4"], Contents(last));
    }

    [Fact]
    public void A_folder_that_lost_its_segments_gets_a_new_id()
    {
        Google.Protobuf.ByteString before;
        using (Spool spool = Spool.Open(_folder, Plenty))
        {
            before = spool.Id;
            Append(spool, "a");
        }

        foreach (string segment in Directory.GetFiles(_folder, "*.segment"))
        {
            File.Delete(segment);
        }

        using Spool again = Spool.Open(_folder, Plenty);
        Assert.NotEqual(before, again.Id);
        Assert.Equal(16, again.Id.Length);
    }

    [Fact]
    public void A_torn_tail_costs_only_the_torn_batch()
    {
        for (int cut = 1; cut < 40; cut += 3)
        {
            string folder = Path.Combine(_folder, $"{cut}");
            using (Spool spool = Spool.Open(folder, Plenty))
            {
                Append(spool, "kept", "torn");
            }

            string segment = Directory.GetFiles(folder, "*.segment").Single();
            using (FileStream file = new(segment, FileMode.Open))
            {
                file.SetLength(file.Length - cut);
            }

            using Spool again = Spool.Open(folder, Plenty);
            Assert.True(again.TornBytes > 0);
            Append(again, "after");
            Assert.Equal(["kept", "after"], Contents(again));
        }
    }

    [Fact]
    public void Damage_anywhere_never_yields_a_wrong_batch()
    {
        Random random = new(7);
        for (int round = 0; round < 200; round++)
        {
            string folder = Path.Combine(_folder, $"{round}");
            using (Spool spool = Spool.Open(folder, Plenty))
            {
                Append(spool, "one", "two", "three");
            }

            string segment = Directory.GetFiles(folder, "*.segment").Single();
            byte[] bytes = File.ReadAllBytes(segment);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(segment, bytes);
            using Spool again = Spool.Open(folder, Plenty);
            List<string> contents = Contents(again);
            Assert.Equal(new[] { "one", "two", "three" }.Take(contents.Count), contents);
            Assert.True(contents.Count < 3);
        }
    }

    [Fact]
    public void A_full_spool_refuses_new_batches_until_old_ones_are_acknowledged()
    {
        using Spool spool = Spool.Open(_folder, maxBytes: 4000);
        int accepted = 0;
        while (spool.TryAppend(Named(new string('x', 50)), 1))
        {
            accepted++;
        }

        Assert.InRange(accepted, 20, 60);
        Assert.InRange(Directory.GetFiles(_folder, "*.segment").Sum(file => new FileInfo(file).Length), 3500, 4000);
        spool.Acknowledge(spool.LastSequence / 2);
        Assert.True(spool.TryAppend(Named("again"), 1));
        Assert.Equal("again", Contents(spool).Last());
        spool.Acknowledge(spool.LastSequence);
        Assert.Equal(0, Directory.GetFiles(_folder, "*.segment").Sum(file => new FileInfo(file).Length));
    }

    [Fact]
    public void Refuses_a_batch_larger_than_a_message_may_be()
    {
        using Spool spool = Spool.Open(_folder, maxBytes: 100 << 20);
        Assert.False(spool.TryAppend(Named(new string('x', 5 << 20)), 1));
        Assert.Equal(0UL, spool.LastSequence);
    }

    [Fact]
    public void One_process_at_a_time_uses_a_folder()
    {
        using Spool spool = Spool.Open(_folder, Plenty);
        IOException refused = Assert.Throws<IOException>(() => Spool.Open(_folder, Plenty));
        Assert.Contains(_folder, refused.Message);
        Assert.Contains("one nodebox at a time", refused.Message);
    }

    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("123456789", 0xE3069283u)]
    public void The_checksum_is_that_of_RFC_3720(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    private static Batch Named(string node) => new() { Node = node };

    private static void Append(Spool spool, params string[] names) =>
        Assert.All(names, name => Assert.True(spool.TryAppend(Named(name), 1)));

    private static string? Text(SpooledBatch? batch) => batch is { } some ? Batch.Parser.ParseFrom(some.Payload.Span).Node : null;

    private static List<string> Contents(Spool spool)
    {
        List<string> contents = [];
        SpoolCursor cursor = default;
        while (Text(spool.ReadNext(ref cursor)) is { } text)
        {
            contents.Add(text);
        }

        return contents;
    }
}
