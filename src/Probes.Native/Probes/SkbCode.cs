using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Pieces that read what lies outside of a packet's struct, by probe_read_kernel: pointers to bytes have no type to follow.</summary>
internal static class SkbCode
{
    /// <summary>
    /// R1 = gso_size and R2 = gso_segs of the packet that R1 points to, both 0 for a packet of one segment. Uses <see cref="Slots.Read"/>.
    /// </summary>
    public static Assembler ReadSegmentation(this Assembler asm, SkbFields skb)
    {
        Field size = skb.GsoSize;
        Field segments = skb.GsoSegments;
        int first = Math.Min(size.Offset, segments.Offset);
        return asm
            .Load(R3, R1, skb.Head)
            .Load(R2, R1, skb.End)
            .Add(R3, R2)
            .Add(R3, first)
            .Read(Math.Max(size.Offset, segments.Offset) + segments.Size - first)
            .Load(R1, R10, size with { Offset = Slots.Read.Offset + size.Offset - first })
            .Load(R2, R10, segments with { Offset = Slots.Read.Offset + segments.Offset - first });
    }

    /// <summary>
    /// Writes <see cref="Slots.Segments"/>, at least 1, and <see cref="Slots.SegmentSize"/>, 0 for one segment, of the packet in
    /// <see cref="Slots.Skb"/>.
    /// </summary>
    public static Assembler ReadSegments(this Assembler asm, SkbFields skb)
    {
        string several = asm.NewLabel("several");
        return asm
            .Load(R1, R10, Slots.Skb)
            .ReadSegmentation(skb)
            .Store(R10, Slots.SegmentSize, R1)
            .JumpIfNotEqual(R2, 0, several)
            .Move(R2, 1)
            .Label(several)
            .Store(R10, Slots.Segments, R2);
    }

    /// <summary>Copies bytes from the address in R3 to <see cref="Slots.Read"/>, zeros where it cannot be read.</summary>
    public static Assembler Read(this Assembler asm, int bytes)
    {
        return asm
            .Move(R1, R10)
            .Add(R1, Slots.Read.Offset)
            .Move(R2, bytes)
            .Call(Helper.ProbeReadKernel);
    }
}
