using System.Runtime.InteropServices;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Turns what the programs hold of a flow into facts for its snapshot.</summary>
internal static class Pending
{
    public static PendingFacts<RttSample> Of(in rtt_batch batch) => new PendingFacts<RttSample>(batch.first, Samples(in batch).ToArray());

    /// <summary>The samples there are; a batch that no program wrote may claim more than fit.</summary>
    public static ReadOnlySpan<RttSample> Samples(ref readonly rtt_batch batch)
    {
        ReadOnlySpan<rtt_sample> all = batch.samples;
        return MemoryMarshal.Cast<rtt_sample, RttSample>(all[..(int)Math.Min(batch.count, rtt_samples.Capacity)]);
    }

    public static PendingFacts<Packet> Of(in packet_batch batch) => new PendingFacts<Packet>(batch.first, Packets(in batch).ToArray());

    /// <summary>As <see cref="Samples"/>.</summary>
    public static ReadOnlySpan<Packet> Packets(ref readonly packet_batch batch)
    {
        ReadOnlySpan<data_packet> all = batch.packets;
        return MemoryMarshal.Cast<data_packet, Packet>(all[..(int)Math.Min(batch.count, packet_batch.Full)]);
    }

    public static PendingFacts<Burst> Of(in burst_state state) =>
        new PendingFacts<Burst>(state.ordinal, state.open.Bytes == 0 ? [] : [state.open]);
}
