using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Maps;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Pieces that write a flow's state, which R8 points to.</summary>
internal static class FlowCode
{
    private static flow_state s_flow;

    /// <summary>R8 = the socket's state, cleared and begun now; jumps where the kernel has no memory for it.</summary>
    public static Assembler BeginFlow(this Assembler asm, Map flows, FlowDirection direction, string without)
    {
        return asm
            .GetStorage(flows, create: true)
            .JumpIfEqual(R0, 0, without)
            .Move(R8, R0)
            .Zero(R8, Layout.Of(ref s_flow, ref s_flow))
            .Store(R8, Layout.Of(ref s_flow, ref s_flow.direction), (int)direction)
            .Call(Helper.KtimeGetNs)
            .Store(R8, Layout.Of(ref s_flow, ref s_flow.begin_ns), R0);
    }

    /// <summary>Writes the current process's id (its number in the initial pid namespace) and name.</summary>
    public static Assembler WriteOwner(this Assembler asm)
    {
        Field comm = Layout.Of(ref s_flow, ref s_flow.comm);
        return asm
            .Call(Helper.GetCurrentPidTgid)
            .ShiftRight(R0, 32)
            .Store(R8, Layout.Of(ref s_flow, ref s_flow.pid), R0)
            .Move(R1, R8)
            .Add(R1, comm.Offset)
            .Move(R2, comm.Size)
            .Call(Helper.GetCurrentComm);
    }
}
