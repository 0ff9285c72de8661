using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Asm;

/// <summary>Writes a program line by line. Jumps name labels, which may come before or after them.</summary>
internal sealed class Assembler
{
    // Source register values that turn a 64-bit immediate into a map's address, or that of its only value (linux/bpf.h, BPF_PSEUDO_MAP_FD,
    // BPF_PSEUDO_MAP_VALUE).
    private const Register PseudoMapFd = R1;
    private const Register PseudoMapValue = R2;

    // RFC 9669, section 5.3: CMPXCHG.
    private const int CompareExchangeOperation = 0xf1;

    private readonly List<Instruction> _code = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<(int At, string Label)> _jumps = [];
    private int _newLabels;

    public Assembler Move(Register dst, Register src) => Emit(Opcode.Move, dst, src);

    public Assembler Move(Register dst, int value) => Emit(Opcode.MoveImmediate, dst, immediate: value);

    public Assembler Add(Register dst, Register src) => Emit(Opcode.Add, dst, src);

    public Assembler Add(Register dst, int value) => Emit(Opcode.AddImmediate, dst, immediate: value);

    public Assembler Subtract(Register dst, Register src) => Emit(Opcode.Subtract, dst, src);

    /// <summary>Subtracts the low 32 bits: the distance of sequence numbers, which wrap.</summary>
    public Assembler Subtract32(Register dst, Register src) => Emit(Opcode.Subtract32, dst, src);

    public Assembler Multiply(Register dst, Register src) => Emit(Opcode.Multiply, dst, src);

    public Assembler Multiply(Register dst, int value) => Emit(Opcode.MultiplyImmediate, dst, immediate: value);

    public Assembler And(Register dst, int bits) => Emit(Opcode.AndImmediate, dst, immediate: bits);

    public Assembler ShiftLeft(Register dst, int bits) => Emit(Opcode.ShiftLeftImmediate, dst, immediate: bits);

    public Assembler ShiftRight(Register dst, int bits) => Emit(Opcode.ShiftRightImmediate, dst, immediate: bits);

    /// <summary>Turns the low bits from network byte order into the machine's, and clears those above.</summary>
    public Assembler FromNetwork(Register dst, int bits) => Emit(Opcode.ToBigEndian, dst, immediate: bits);

    public Assembler Load(Register dst, Register from, Field field) => Emit(Sized(Opcode.Load, field), dst, from, field.Offset);

    public Assembler Store(Register to, Field field, Register src) => Emit(Sized(Opcode.Store, field), to, src, field.Offset);

    public Assembler Store(Register to, Field field, int value) => Emit(Sized(Opcode.StoreImmediate, field), to, R0, field.Offset, value);

    /// <summary>Stores the source where R0 is now, as one step, and sets R0 to what was there (since 5.12).</summary>
    public Assembler CompareExchange(Register to, Field field, Register src) =>
        Emit(Opcode.Atomic64, to, src, field.Offset, CompareExchangeOperation);

    public Assembler Jump(string label) => Branch(Opcode.Jump, R0, 0, label);

    public Assembler JumpIfEqual(Register dst, int value, string label) => Branch(Opcode.JumpIfEqual, dst, value, label);

    public Assembler JumpIfEqual(Register dst, Register src, string label) => Branch(Opcode.JumpIfRegistersEqual, dst, 0, label, src);

    public Assembler JumpIfNotEqual(Register dst, int value, string label) => Branch(Opcode.JumpIfNotEqual, dst, value, label);

    /// <summary>Compares the low 32 bits, so that the immediate is not sign-extended (since 5.1).</summary>
    public Assembler JumpIfNotEqual32(Register dst, int value, string label) => Branch(Opcode.JumpIfNotEqual32, dst, value, label);

    public Assembler JumpIfDiffer(Register dst, Register src, string label) => Branch(Opcode.JumpIfRegistersDiffer, dst, 0, label, src);

    public Assembler JumpIfGreater(Register dst, int value, string label) => Branch(Opcode.JumpIfGreater, dst, value, label);

    public Assembler JumpIfGreater(Register dst, Register src, string label) => Branch(Opcode.JumpIfRegisterGreater, dst, 0, label, src);

    public Assembler JumpIfZero32(Register dst, string label) => Branch(Opcode.JumpIfEqual32, dst, 0, label);

    /// <summary>Takes the low 32 bits as signed.</summary>
    public Assembler JumpIfPositive32(Register dst, string label) => Branch(Opcode.JumpIfPositive32, dst, 0, label);

    /// <summary>Takes the low 32 bits as signed.</summary>
    public Assembler JumpIfNegative32(Register dst, string label) => Branch(Opcode.JumpIfNegative32, dst, 0, label);

    public Assembler Call(Helper helper) => Emit(Opcode.Call, R0, immediate: (int)helper);

    public Assembler Exit() => Emit(Opcode.Exit, R0);

    /// <summary>Loads a map's address; the kernel takes its descriptor and a second, empty instruction.</summary>
    public Assembler LoadMap(Register dst, int mapFd)
    {
        Emit(Opcode.LoadImmediate64, dst, PseudoMapFd, immediate: mapFd);
        return Emit(0, R0);
    }

    /// <summary>Loads the address of the first value of an array map, which needs no call (since 5.2).</summary>
    public Assembler LoadMapValue(Register dst, int mapFd)
    {
        Emit(Opcode.LoadImmediate64, dst, PseudoMapValue, immediate: mapFd);
        return Emit(0, R0);
    }

    /// <summary>Marks the next instruction.</summary>
    public Assembler Label(string label)
    {
        _labels.Add(label, _code.Count);
        return this;
    }

    /// <summary>A label that no other has, for pieces of code that a program uses more than once.</summary>
    public string NewLabel(string name) => $"{name} {_newLabels++}";

    /// <summary>The encoded program, with every jump resolved.</summary>
    /// <exception cref="InvalidOperationException">A jump names a label that is nowhere.</exception>
    public ulong[] Assemble()
    {
        foreach ((int at, string label) in _jumps)
        {
            if (!_labels.TryGetValue(label, out int target))
            {
                throw new InvalidOperationException($"instruction {at} jumps to the label '{label}', which is nowhere");
            }

            _code[at] = _code[at] with { Offset = checked((short)(target - at - 1)) };
        }

        return [.. _code.Select(instruction => instruction.Encode())];
    }

    private Assembler Branch(Opcode opcode, Register dst, int value, string label, Register src = R0)
    {
        _jumps.Add((_code.Count, label));
        return Emit(opcode, dst, src, immediate: value);
    }

    private Assembler Emit(Opcode opcode, Register dst, Register src = R0, int offset = 0, int immediate = 0)
    {
        _code.Add(new Instruction((byte)opcode, dst, src, checked((short)offset), immediate));
        return this;
    }

    private static Opcode Sized(Opcode word, Field field)
    {
        int size = field.Size switch
        {
            1 => 0x10,
            2 => 0x08,
            4 => 0x00,
            8 => 0x18,
            _ => throw new ArgumentException($"one instruction moves 1, 2, 4 or 8 bytes, not {field.Size}", nameof(field)),
        };
        return word | (Opcode)size;
    }
}
