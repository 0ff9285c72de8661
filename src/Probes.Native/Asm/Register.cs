namespace NodeBox.Probes.Native.Asm;

/// <summary>
/// The machine's registers. R0 is a call's result, R1–R5 its arguments and lost by it, R6–R9 survive calls, R10 is the read-only frame
/// pointer.
/// </summary>
internal enum Register : byte
{
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    R10,
}
