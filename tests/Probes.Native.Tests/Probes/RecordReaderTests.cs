using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NodeBox.Probes.Native.Probes;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class RecordReaderTests
{
    private readonly List<string> _seen = [];

    [Fact]
    public void The_facts_of_a_closed_flow_come_before_its_event()
    {
        closed_event e = default;
        e.flow.header = new event_header { kind = (uint)EventKind.Closed, cookie = 7 };
        e.facts.rtts = new rtt_batch { first = 16, count = 2 };
        e.facts.tx = new burst_state { ordinal = 3, open = new Burst { Bytes = 10 } };
        e.facts.rx = new burst_state { ordinal = 4, open = new Burst { Bytes = 20 } };

        Reader().Read(Bytes(ref e));

        Assert.Equal(["7 rtt 16+2", "7 Tx burst 3+1", "7 Rx burst 4+1", "7 Closed"], _seen);
    }

    [Fact]
    public void What_was_received_without_being_seen_is_added_to_the_last_burst()
    {
        closed_event e = default;
        e.flow.header = new event_header { kind = (uint)EventKind.Closed, cookie = 7, ktime_ns = 99 };
        e.flow.flow.first_receive = 1000;
        e.flow.bytes_received = 300;
        e.flow.data_segs_in = 5;
        e.facts.rx.next_seq = 1100;
        e.facts.segments_seen = 3;

        Reader(burst => Assert.Equal((200u, 2u, 1100u, 99ul), (burst.Bytes, burst.Segments, burst.Sequence, burst.BeginKtimeNs)))
            .Read(Bytes(ref e));

        Assert.Equal(["7 Rx burst 0+1", "7 Closed"], _seen);
    }

    [Fact]
    public void What_was_sent_without_being_seen_is_added_to_the_last_burst()
    {
        closed_event e = default;
        e.flow.header = new event_header { kind = (uint)EventKind.Closed, cookie = 7 };
        e.flow.flow = new flow_core { first_send = 1000, direction = (uint)FlowDirection.Passive };
        e.flow.bytes_acked = 300;
        e.flow.bytes_sent = 300;
        e.flow.data_segs_out = 3;
        e.facts.tx = new burst_state { next_seq = 1300, holes = 100, segments = 2, open = new Burst { Bytes = 50, Segments = 1 } };

        Reader(burst => Assert.Equal((150u, 2u), (burst.Bytes, burst.Segments))).Read(Bytes(ref e));

        Assert.Equal(["7 Tx burst 0+1", "7 Closed"], _seen);
    }

    [Fact]
    public void A_record_of_received_packets_holds_what_there_was()
    {
        received_event e = default;
        e.header = new facts_header { kind = (uint)EventKind.Received, cookie = 7, burst = 5 };
        e.duplicate.bytes = 100;
        e.duplicates = 6;

        Reader().Read(Bytes(ref e));
        e.rtts.count = 1;
        e.burst.Bytes = 1;
        Reader().Read(Bytes(ref e));

        Assert.Equal(["7 duplicate 6+1", "7 rtt 0+1", "7 Rx burst 5+1", "7 duplicate 6+1"], _seen);
    }

    [Fact]
    public void Refuses_records_of_unknown_kinds_and_short_ones()
    {
        sent_event e = default;
        e.header.kind = (uint)EventKind.Sent;

        Assert.Contains("kind Sent has 87 bytes, not 88", Assert.Throws<InvalidDataException>(() => Reader().Read(Bytes(ref e)[..^1])).Message);
        Assert.Contains("kind 77", Assert.Throws<InvalidDataException>(() => Reader().Read(new byte[] { 77, 0, 0, 0, 0 })).Message);
        Assert.Throws<InvalidDataException>(() => Reader().Read([]));
    }

    [Fact]
    public void Survives_random_and_truncated_records()
    {
        Random random = new(21);
        RecordReader reader = Reader();
        int read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] record = new byte[random.Next(2000)];
            random.NextBytes(record);
            if (record.Length >= 4)
            {
                BitConverter.TryWriteBytes(record, random.Next(11));
            }

            try
            {
                reader.Read(record);
                read++;
            }
            catch (InvalidDataException)
            {
                // The only failure allowed.
            }
        }

        Assert.InRange(read, 1000, 49_999);
    }

    private RecordReader Reader(Action<Burst>? onBurst = null)
    {
        FlowHandlers handlers = new()
        {
            Flow = e => _seen.Add($"{e.Cookie} {e.Kind}"),
            Retransmit = e => _seen.Add($"{e.Cookie} retransmit"),
            Rtt = facts => Add("rtt", facts),
            Bursts = (direction, facts) =>
            {
                onBurst?.Invoke(facts.Facts[0]);
                Add($"{direction} burst", facts);
            },
            Duplicates = facts => Add("duplicate", facts),
            Packets = (direction, facts) => Add($"{direction} packet", facts),
        };
        return new RecordReader(new SocketFlags(1, 2), new FlowProbeOptions(), handlers);
    }

    private void Add<T>(string name, FlowFacts<T> facts)
        where T : unmanaged => _seen.Add($"{facts.Cookie} {name} {facts.First}+{facts.Facts.Length}");

    private static ReadOnlySpan<byte> Bytes<T>(ref T record)
        where T : unmanaged => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref record), Unsafe.SizeOf<T>());
}
