using System.Buffers.Binary;
using NodeBox.Probes.Native.Asm;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Tests.Asm;

public sealed class AssemblerTests
{
    /// <summary>What to assemble, and its bytes as <c>llvm-mc --arch=bpfel --show-encoding</c> prints them for the line in front.</summary>
    public static TheoryData<string, string> Encodings => new()
    {
        { "r1 = r6", "bf 61 00 00 00 00 00 00" },
        { "r0 = 0", "b7 00 00 00 00 00 00 00" },
        { "r3 = -1", "b7 03 00 00 ff ff ff ff" },
        { "r2 += r3", "0f 32 00 00 00 00 00 00" },
        { "r2 += -8", "07 02 00 00 f8 ff ff ff" },
        { "r0 -= r1", "1f 10 00 00 00 00 00 00" },
        { "w3 -= w1", "1c 13 00 00 00 00 00 00" },
        { "r1 *= r4", "2f 41 00 00 00 00 00 00" },
        { "r1 &= 15", "57 01 00 00 0f 00 00 00" },
        { "r2 <<= 3", "67 02 00 00 03 00 00 00" },
        { "r4 = be32 r4", "dc 04 00 00 20 00 00 00" },
        { "r1 *= 1000", "27 01 00 00 e8 03 00 00" },
        { "r0 >>= 32", "77 00 00 00 20 00 00 00" },
        { "r7 = *(u8 *)(r6 + 18)", "71 67 12 00 00 00 00 00" },
        { "r7 = *(u16 *)(r6 + 532)", "69 67 14 02 00 00 00 00" },
        { "r7 = *(u32 *)(r6 + 4)", "61 67 04 00 00 00 00 00" },
        { "r6 = *(u64 *)(r1 + 8)", "79 16 08 00 00 00 00 00" },
        { "*(u8 *)(r8 + 1) = r2", "73 28 01 00 00 00 00 00" },
        { "*(u16 *)(r8 + 2) = r2", "6b 28 02 00 00 00 00 00" },
        { "*(u32 *)(r10 - 8) = r2", "63 2a f8 ff 00 00 00 00" },
        { "*(u64 *)(r10 - 16) = r2", "7b 2a f0 ff 00 00 00 00" },
        { "*(u8 *)(r8 + 0) = 5", "72 08 00 00 05 00 00 00" },
        { "*(u16 *)(r8 + 0) = 5", "6a 08 00 00 05 00 00 00" },
        { "*(u32 *)(r8 + 0) = 5", "62 08 00 00 05 00 00 00" },
        { "*(u64 *)(r8 + 0) = -1", "7a 08 00 00 ff ff ff ff" },
        { "goto +0", "05 00 00 00 00 00 00 00" },
        { "if r1 == 6 goto +0", "15 01 00 00 06 00 00 00" },
        { "if r1 != 6 goto +0", "55 01 00 00 06 00 00 00" },
        { "if w1 != -268435463 goto +0", "56 01 00 00 f9 ff ff ef" },
        { "if r1 == r2 goto +0", "1d 21 00 00 00 00 00 00" },
        { "if r4 != r5 goto +0", "5d 54 00 00 00 00 00 00" },
        { "if r2 > 64 goto +0", "25 02 00 00 40 00 00 00" },
        { "if r3 > r1 goto +0", "2d 13 00 00 00 00 00 00" },
        { "if w1 == 0 goto +0", "16 01 00 00 00 00 00 00" },
        { "if w1 s> 0 goto +0", "66 01 00 00 00 00 00 00" },
        { "if w1 s< 0 goto +0", "c6 01 00 00 00 00 00 00" },
        { "r0 = cmpxchg_64(r8 + 0, r0, r3)", "db 38 00 00 f1 00 00 00" },
        { "call 107", "85 00 00 00 6b 00 00 00" },
        { "exit", "95 00 00 00 00 00 00 00" },
        { "r8 = value of map 7", "18 28 00 00 07 00 00 00 00 00 00 00 00 00 00 00" },
        { "r1 = map 7", "18 11 00 00 07 00 00 00 00 00 00 00 00 00 00 00" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Encodes_as_the_reference_assembler(string line, string expected)
    {
        Assembler asm = Lines[line](new Assembler()).Label("next");

        Assert.Equal(expected, Hex(asm.Assemble()));
    }

    [Fact]
    public void Every_line_is_in_the_table()
    {
        Assert.Equal(Lines.Keys.Order(), Encodings.Select(row => row.Data.Item1).Order());
    }

    [Fact]
    public void Jumps_count_from_the_next_instruction_both_ways()
    {
        ulong[] code = new Assembler()
            .Label("back")
            .Jump("forward")
            .JumpIfEqual(R1, 0, "back")
            .Label("forward")
            .Exit()
            .Assemble();

        Assert.Equal("05 00 01 00 00 00 00 00 15 01 fe ff 00 00 00 00 95 00 00 00 00 00 00 00", Hex(code));
    }

    [Fact]
    public void New_labels_differ()
    {
        Assembler asm = new();

        Assert.NotEqual(asm.NewLabel("done"), asm.NewLabel("done"));
    }

    [Fact]
    public void Refuses_a_jump_to_nowhere()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => new Assembler().Exit().Jump("lost").Assemble());

        Assert.Equal("instruction 1 jumps to the label 'lost', which is nowhere", e.Message);
    }

    [Fact]
    public void Refuses_a_label_twice()
    {
        Assert.Throws<ArgumentException>(() => new Assembler().Label("here").Exit().Label("here"));
    }

    [Fact]
    public void Refuses_an_offset_or_jump_that_does_not_fit()
    {
        Assembler far = new Assembler().Jump("end");
        for (int i = 0; i < 40_000; i++)
        {
            far.Exit();
        }

        Assert.Throws<OverflowException>(() => far.Label("end").Assemble());
        Assert.Throws<OverflowException>(() => new Assembler().Load(R1, R2, new Field(40_000, 8)));
    }

    [Fact]
    public void Refuses_a_size_that_no_instruction_moves()
    {
        Assert.Throws<ArgumentException>(() => new Assembler().Load(R1, R2, new Field(0, 3)));
    }

    private static Dictionary<string, Func<Assembler, Assembler>> Lines => new()
    {
        ["r1 = r6"] = asm => asm.Move(R1, R6),
        ["r0 = 0"] = asm => asm.Move(R0, 0),
        ["r3 = -1"] = asm => asm.Move(R3, -1),
        ["r2 += r3"] = asm => asm.Add(R2, R3),
        ["r2 += -8"] = asm => asm.Add(R2, -8),
        ["r0 -= r1"] = asm => asm.Subtract(R0, R1),
        ["w3 -= w1"] = asm => asm.Subtract32(R3, R1),
        ["r1 *= r4"] = asm => asm.Multiply(R1, R4),
        ["r1 &= 15"] = asm => asm.And(R1, 15),
        ["r2 <<= 3"] = asm => asm.ShiftLeft(R2, 3),
        ["r4 = be32 r4"] = asm => asm.FromNetwork(R4, 32),
        ["r1 *= 1000"] = asm => asm.Multiply(R1, 1000),
        ["r0 >>= 32"] = asm => asm.ShiftRight(R0, 32),
        ["r7 = *(u8 *)(r6 + 18)"] = asm => asm.Load(R7, R6, new Field(18, 1)),
        ["r7 = *(u16 *)(r6 + 532)"] = asm => asm.Load(R7, R6, new Field(532, 2)),
        ["r7 = *(u32 *)(r6 + 4)"] = asm => asm.Load(R7, R6, new Field(4, 4)),
        ["r6 = *(u64 *)(r1 + 8)"] = asm => asm.Load(R6, R1, Field.Argument(1)),
        ["*(u8 *)(r8 + 1) = r2"] = asm => asm.Store(R8, new Field(1, 1), R2),
        ["*(u16 *)(r8 + 2) = r2"] = asm => asm.Store(R8, new Field(2, 2), R2),
        ["*(u32 *)(r10 - 8) = r2"] = asm => asm.Store(R10, new Field(-8, 4), R2),
        ["*(u64 *)(r10 - 16) = r2"] = asm => asm.Store(R10, new Field(-16, 8), R2),
        ["*(u8 *)(r8 + 0) = 5"] = asm => asm.Store(R8, new Field(0, 1), 5),
        ["*(u16 *)(r8 + 0) = 5"] = asm => asm.Store(R8, new Field(0, 2), 5),
        ["*(u32 *)(r8 + 0) = 5"] = asm => asm.Store(R8, new Field(0, 4), 5),
        ["*(u64 *)(r8 + 0) = -1"] = asm => asm.Store(R8, new Field(0, 8), -1),
        ["goto +0"] = asm => asm.Jump("next"),
        ["if r1 == 6 goto +0"] = asm => asm.JumpIfEqual(R1, 6, "next"),
        ["if r1 != 6 goto +0"] = asm => asm.JumpIfNotEqual(R1, 6, "next"),
        ["if w1 != -268435463 goto +0"] = asm => asm.JumpIfNotEqual32(R1, -268435463, "next"),
        ["if r1 == r2 goto +0"] = asm => asm.JumpIfEqual(R1, R2, "next"),
        ["if r4 != r5 goto +0"] = asm => asm.JumpIfDiffer(R4, R5, "next"),
        ["if r2 > 64 goto +0"] = asm => asm.JumpIfGreater(R2, 64, "next"),
        ["if r3 > r1 goto +0"] = asm => asm.JumpIfGreater(R3, R1, "next"),
        ["if w1 == 0 goto +0"] = asm => asm.JumpIfZero32(R1, "next"),
        ["if w1 s> 0 goto +0"] = asm => asm.JumpIfPositive32(R1, "next"),
        ["if w1 s< 0 goto +0"] = asm => asm.JumpIfNegative32(R1, "next"),
        ["r0 = cmpxchg_64(r8 + 0, r0, r3)"] = asm => asm.CompareExchange(R8, new Field(0, 8), R3),
        ["call 107"] = asm => asm.Call(Helper.SkStorageGet),
        ["exit"] = asm => asm.Exit(),
        ["r8 = value of map 7"] = asm => asm.LoadMapValue(R8, 7),
        ["r1 = map 7"] = asm => asm.LoadMap(R1, 7),
    };

    private static string Hex(ulong[] code)
    {
        byte[] bytes = new byte[8 * code.Length];
        for (int i = 0; i < code.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), code[i]);
        }

        return string.Join(' ', bytes.Select(b => $"{b:x2}"));
    }
}
