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
    LoadImmediate64 = 0x18,
    Subtract = 0x1f,
    MultiplyImmediate = 0x27,
    JumpIfNotEqual = 0x55,
    JumpIfNotEqual32 = 0x56,
    Load = 0x61,
    StoreImmediate = 0x62,
    Store = 0x63,
    ShiftRightImmediate = 0x77,
    Call = 0x85,
    Exit = 0x95,
    MoveImmediate = 0xb7,
    Move = 0xbf,
}
