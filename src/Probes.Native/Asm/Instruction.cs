namespace NodeBox.Probes.Native.Asm;

/// <summary>
/// One instruction, encoded as RFC 9669 says, lowest bit first:
/// <code>
///   opcode (8) | destination (4) | source (4) | offset (16, signed) | immediate (32, signed)
/// </code>
/// </summary>
internal readonly record struct Instruction(byte Opcode, Register Destination, Register Source, short Offset, int Immediate)
{
    public ulong Encode()
    {
        return Opcode
            | ((ulong)Destination << 8)
            | ((ulong)Source << 12)
            | ((ulong)(ushort)Offset << 16)
            | ((ulong)(uint)Immediate << 32);
    }
}
