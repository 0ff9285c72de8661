using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Pieces that write a flow's state, which R8 points to.</summary>
internal static class FlowCode
{
    private static flow_state s_flow;

    /// <summary>Writes the current process's id (its number in the initial pid namespace) and name.</summary>
    public static Assembler WriteOwner(this Assembler asm)
    {
        Field comm = Of(ref s_flow.core.comm);
        return asm
            .Call(Helper.GetCurrentPidTgid)
            .ShiftRight(R0, 32)
            .Store(R8, Of(ref s_flow.core.pid), R0)
            .Move(R1, R8)
            .Add(R1, comm.Offset)
            .Move(R2, comm.Size)
            .Call(Helper.GetCurrentComm);
    }

    private static Field Of<T>(ref T field)
        where T : unmanaged => Layout.Of(ref s_flow, ref field);
}
