using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Turns the ring's records into facts and hands them over.</summary>
internal sealed class RecordReader(SocketFlags flags, FlowProbeOptions options, FlowHandlers handlers)
{
    /// <exception cref="InvalidDataException">The record is no program's.</exception>
    public void Read(ReadOnlySpan<byte> record)
    {
        EventKind kind = record.Length < sizeof(uint) ? 0 : (EventKind)MemoryMarshal.Read<uint>(record);
        switch (kind)
        {
            case EventKind.Opened:
            case EventKind.Established:
            case EventKind.Failed:
                handlers.Flow(new FlowEvent(in As<flow_event>(record, kind), flags));
                break;
            case EventKind.Closed:
                ReadClosed(record);
                break;
            case EventKind.Retransmit:
                handlers.Retransmit(new RetransmitEvent(in As<retransmit_event>(record, kind)));
                break;
            case EventKind.Received:
                ReadReceived(in As<received_event>(record, kind));
                break;
            case EventKind.Sent:
                ref readonly sent_event sent = ref As<sent_event>(record, kind);
                Report(TrafficDirection.Tx, in sent.header, in sent.burst);
                break;
            case EventKind.ReceivedPackets:
                ref readonly packets_event received = ref As<packets_event>(record, kind);
                Report(TrafficDirection.Rx, in received.header, in received.batch);
                break;
            case EventKind.SentPackets:
                ref readonly packets_event packets = ref As<packets_event>(record, kind);
                Report(TrafficDirection.Tx, in packets.header, in packets.batch);
                break;
            default:
                throw new InvalidDataException($"a record of kind {(uint)kind} with {record.Length} bytes is not known");
        }
    }

    // The facts first: the closed event is the last word of a flow. One that began before the probes has none.
    private void ReadClosed(ReadOnlySpan<byte> record)
    {
        ref readonly flow_event flow = ref As<flow_event>(record, EventKind.Closed);
        FlowEvent e = new(in flow, flags);
        if (record.Length >= Unsafe.SizeOf<closed_event>())
        {
            flow_facts facts = As<closed_event>(record, EventKind.Closed).facts;
            if (options.Bursts)
            {
                LastData.Complete(ref facts, in flow, e);
            }

            facts_header header = new() { cookie = flow.header.cookie, ktime_ns = flow.header.ktime_ns };
            Report(in header, in facts.rtts);
            Report(TrafficDirection.Tx, header with { burst = facts.tx.ordinal }, in facts.tx.open);
            Report(TrafficDirection.Rx, header with { burst = facts.rx.ordinal }, in facts.rx.open);
            if (record.Length >= Unsafe.SizeOf<closed_event>() + Unsafe.SizeOf<flow_packets>())
            {
                ref readonly flow_packets packets = ref MemoryMarshal.AsRef<flow_packets>(record[Unsafe.SizeOf<closed_event>()..]);
                Report(TrafficDirection.Tx, in header, in packets.tx);
                Report(TrafficDirection.Rx, in header, in packets.rx);
            }
        }

        handlers.Flow(e);
    }

    private void ReadReceived(ref readonly received_event e)
    {
        Report(in e.header, in e.rtts);
        Report(TrafficDirection.Rx, in e.header, in e.burst);
        if (e.duplicate.bytes != 0)
        {
            ReadOnlySpan<LateDuplicate> one = MemoryMarshal.Cast<late_duplicate, LateDuplicate>(new ReadOnlySpan<late_duplicate>(in e.duplicate));
            handlers.Duplicates(new FlowFacts<LateDuplicate>(e.header.cookie, e.header.ktime_ns, e.duplicates, one));
        }
    }

    private void Report(ref readonly facts_header header, ref readonly rtt_batch batch)
    {
        if (batch.count != 0)
        {
            handlers.Rtt(new FlowFacts<RttSample>(header.cookie, header.ktime_ns, batch.first, Pending.Samples(in batch)));
        }
    }

    private void Report(TrafficDirection direction, in facts_header header, ref readonly Burst burst)
    {
        if (burst.Bytes != 0)
        {
            handlers.Bursts(direction, new FlowFacts<Burst>(header.cookie, header.ktime_ns, header.burst, new ReadOnlySpan<Burst>(in burst)));
        }
    }

    private void Report(TrafficDirection direction, in facts_header header, ref readonly packet_batch batch)
    {
        if (batch.count != 0)
        {
            handlers.Packets(direction, new FlowFacts<Packet>(header.cookie, header.ktime_ns, batch.first, Pending.Packets(in batch)));
        }
    }

    private static ref readonly T As<T>(ReadOnlySpan<byte> record, EventKind kind)
        where T : unmanaged
    {
        if (record.Length < Unsafe.SizeOf<T>())
        {
            throw new InvalidDataException($"a record of kind {kind} has {record.Length} bytes, not {Unsafe.SizeOf<T>()}");
        }

        return ref MemoryMarshal.AsRef<T>(record);
    }
}
