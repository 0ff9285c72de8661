namespace NodeBox.Probes.Native.Asm;

/// <summary>
/// Opcodes as RFC 9669 builds them, of the ones used.
/// <code>
///   arithmetic and jumps:  operation (4 bits) | source: 0 immediate, 1 register (1 bit) | class (3 bits)
///   loads and stores:      mode (3 bits) | size: here 0, 32 bits (2 bits) | class (3 bits)
/// </code>
/// </summary>
internal enum Opcode : byte
{
    Jump = 0x05,
    AddImmediate = 0x07,
    Add = 0x0f,
    JumpIfEqual = 0x15,
    JumpIfEqual32 = 0x16,
    LoadImmediate64 = 0x18,
    Subtract32 = 0x1c,
    JumpIfRegistersEqual = 0x1d,
    Subtract = 0x1f,
    JumpIfGreater = 0x25,
    MultiplyImmediate = 0x27,
    JumpIfRegisterGreater = 0x2d,
    Multiply = 0x2f,
    JumpIfNotEqual = 0x55,
    JumpIfNotEqual32 = 0x56,
    AndImmediate = 0x57,
    JumpIfRegistersDiffer = 0x5d,
    Load = 0x61,
    StoreImmediate = 0x62,
    Store = 0x63,
    JumpIfPositive32 = 0x66,
    ShiftLeftImmediate = 0x67,
    ShiftRightImmediate = 0x77,
    Call = 0x85,
    Exit = 0x95,
    MoveImmediate = 0xb7,
    Move = 0xbf,
    JumpIfNegative32 = 0xc6,
    Atomic64 = 0xdb,
    ToBigEndian = 0xdc,
}
