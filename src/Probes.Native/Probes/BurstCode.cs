using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// Adds a packet with new bytes to its direction's open burst, or ends that and begins another. R6 is the socket, R8 the flow's state; what
/// else is known of the packet is in <see cref="Slots"/>. R7 becomes the time, and R6 is lost.
/// </summary>
internal sealed class BurstCode
{
    /// <summary>An open burst of this many bytes ends: sequence numbers tell no more than 2 GiB apart.</summary>
    private const int MostBytes = 1 << 30;

    private const int EarlyLooks = 32;
    private const int NowAndThen = 16;

    private static Burst s_burst;
    private static burst_state s_state;
    private static flow_state s_flow;

    private readonly ProbeTarget _target;
    private readonly Field _own;
    private readonly Field _otherPackets;

    public BurstCode(ProbeTarget target, TrafficDirection direction)
    {
        _target = target;
        Field rx = Layout.Of(ref s_flow, ref s_flow.facts.rx);
        Field tx = Layout.Of(ref s_flow, ref s_flow.facts.tx);
        (_own, Field other) = direction == TrafficDirection.Rx ? (rx, tx) : (tx, rx);
        _otherPackets = Layout.Of(ref s_state, ref s_state.packets).In(other);
    }

    /// <summary>Writes a record whose burst is the open one, and sets <see cref="Slots.Outcome"/>. It may use all registers but R7 to R9.</summary>
    public delegate void Emit();

    public Field Next => State(ref s_state.next_seq);

    public Field Holes => State(ref s_state.holes);

    public Field Ordinal => State(ref s_state.ordinal);

    public Field Open => State(ref s_state.open);

    public void Add(Assembler asm, Emit emit)
    {
        Continue(asm);
        emit();
        asm.Load(R1, R8, Ordinal)
            .Add(R1, 1)
            .Store(R8, Ordinal, R1);
        Begin(asm);
        asm.Label("add")
            .Store(R8, Of(ref s_burst.EndKtimeNs), R7)
            .Load(R1, R10, Slots.NewBytes)
            .Load(R2, R8, Of(ref s_burst.Bytes))
            .Add(R2, R1)
            .Store(R8, Of(ref s_burst.Bytes), R2)
            .Load(R1, R10, Slots.Segments)
            .Load(R2, R8, Of(ref s_burst.Segments))
            .Add(R2, R1)
            .Store(R8, Of(ref s_burst.Segments), R2)
            .Load(R2, R8, State(ref s_state.segments))
            .Add(R2, R1)
            .Store(R8, State(ref s_state.segments), R2)
            .Load(R2, R8, State(ref s_state.packets))
            .Add(R2, 1)
            .Store(R8, State(ref s_state.packets), R2)
            .Load(R2, R8, _otherPackets)
            .Store(R8, State(ref s_state.other_packets), R2);
        CountSizes(asm);
    }

    // Falls through where the open burst is over.
    private void Continue(Assembler asm)
    {
        asm.Call(Helper.KtimeGetNs)
            .Move(R7, R0)
            .Load(R1, R8, Of(ref s_burst.Bytes))
            .JumpIfEqual(R1, 0, "begin")
            .JumpIfGreater(R1, MostBytes, "over")
            .Move(R2, R7)
            .Load(R3, R8, Of(ref s_burst.EndKtimeNs))
            .Subtract(R2, R3)
            .JumpIfGreater(R2, (int)(_target.Options.BurstGap.Ticks * 100), "over")
            .Load(R3, R8, _otherPackets)
            .Load(R4, R8, State(ref s_state.other_packets))
            .JumpIfDiffer(R3, R4, "turned")
            .Label("goes on")
            .Load(R3, R8, Of(ref s_burst.LongestGapNs))
            .JumpIfGreater(R3, R2, "add")
            .Store(R8, Of(ref s_burst.LongestGapNs), R2)
            .Jump("add")

            // The other direction had data in between. On a tagged socket that is another exchange, or its answer. A look for the tag costs 20 ns,
            // so sockets that had none for a while are asked now and then.
            .Label("turned")
            .Load(R1, R8, State(ref s_state.tagged))
            .JumpIfNotEqual(R1, 0, "over")
            .Load(R1, R8, State(ref s_state.looks))
            .Move(R3, EarlyLooks)
            .JumpIfGreater(R3, R1, "look for a tag")
            .Load(R1, R8, State(ref s_state.packets))
            .And(R1, NowAndThen - 1)
            .JumpIfNotEqual(R1, 0, "goes on")
            .Label("look for a tag")
            .Load(R1, R8, State(ref s_state.looks))
            .Add(R1, 1)
            .Store(R8, State(ref s_state.looks), R1)
            .GetStorage(_target.Maps.Tags)
            .Move(R2, R7)
            .Load(R3, R8, Of(ref s_burst.EndKtimeNs))
            .Subtract(R2, R3)
            .JumpIfEqual(R0, 0, "goes on")
            .Store(R8, State(ref s_state.tagged), 1)
            .Label("over");
    }

    private void Begin(Assembler asm)
    {
        asm.Label("begin")
            .Store(R8, Of(ref s_burst.BeginKtimeNs), R7)
            .Load(R1, R10, Slots.Begin)
            .Store(R8, Of(ref s_burst.Sequence), R1)
            .Store(R8, Of(ref s_burst.Bytes), 0)
            .Store(R8, Of(ref s_burst.Segments), 0)
            .Store(R8, Of(ref s_burst.LongestGapNs), 0)
            .Zero(R8, Of(ref s_burst.Sizes));
    }

    // All segments of a packet are of one size but for the last. Where that cannot be (packets that were joined in the backlog), they count
    // as of that size.
    private void CountSizes(Assembler asm)
    {
        asm.Load(R2, R10, Slots.Payload)
            .Load(R4, R10, Slots.Segments)
            .JumpIfEqual(R4, 1, "last size")
            .Load(R3, R10, Slots.SegmentSize)
            .JumpIfEqual(R3, 0, "last size")
            .Add(R4, -1)
            .Move(R1, R3)
            .Multiply(R1, R4)
            .JumpIfGreater(R2, R1, "has a last")
            .Add(R4, 1)
            .Move(R2, 0)
            .Jump("sizes")
            .Label("has a last")
            .Subtract(R2, R1)
            .Label("sizes");
        CountSize(asm, R3, R4, "first");
        asm.Label("counted first")
            .JumpIfEqual(R2, 0, "sizes counted")
            .Label("last size")
            .Move(R4, 1);
        CountSize(asm, R2, R4, "last");
        asm.Label("counted last")
            .Label("sizes counted");
    }

    // Adds the segments in one register at the size in another.
    private void CountSize(Assembler asm, Register size, Register segments, string name)
    {
        ReadOnlySpan<uint> bounds = SegmentSizes.UpperBounds;
        for (int i = 0; i < bounds.Length; i++)
        {
            string larger = $"{name} larger than {bounds[i]}";
            if (i < bounds.Length - 1)
            {
                asm.JumpIfGreater(size, (int)bounds[i], larger);
            }

            Field sizes = Of(ref s_burst.Sizes);
            Field counter = new(sizes.Offset + (sizeof(uint) * i), sizeof(uint));
            asm.Load(R1, R8, counter)
                .Add(R1, segments)
                .Store(R8, counter, R1)
                .Jump($"counted {name}")
                .Label(larger);
        }
    }

    private Field State<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_state, ref field).In(_own);

    private Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_burst, ref field).In(Open);
}
