using NodeBox.Probes.Native.Asm;
using NodeBox.Probes.Native.Maps;
using static NodeBox.Probes.Native.Asm.Register;

namespace NodeBox.Probes.Native.Probes;

/// <summary>
/// The account of every program: it counts a run when it begins, and ends it at exactly one of the labels below, so that
/// seen = filtered + aggregated + emitted + dropped. The ledger stays in R9.
/// </summary>
internal static class LedgerCode
{
    /// <summary>Not this probe's business.</summary>
    public const string Filtered = "filtered";

    /// <summary>Remembered with the socket.</summary>
    public const string Aggregated = "aggregated";

    /// <summary>Written to the ring.</summary>
    public const string Emitted = "emitted";

    /// <summary>The ring was full.</summary>
    public const string Dropped = "dropped";

    private const string End = "end";
    private static readonly Field s_key = new(-8, 4);
    private static program_ledger s_ledger;

    /// <summary>Looks the ledger up and counts the run. The stack's top 8 bytes are used.</summary>
    public static Assembler BeginLedger(this Assembler asm, Map ledgers, int program)
    {
        return asm
            .Store(R10, s_key, program)
            .LoadMap(R1, ledgers.Fd.Number)
            .Move(R2, R10)
            .Add(R2, s_key.Offset)
            .Call(Helper.MapLookupElem)
            .JumpIfEqual(R0, 0, End)
            .Move(R9, R0)
            .Count(Layout.Of(ref s_ledger, ref s_ledger.seen));
    }

    /// <summary>Counts something that was lost: outside of the balance, as its run ends at a label like others.</summary>
    public static Assembler CountMissed(this Assembler asm) => asm.Count(Layout.Of(ref s_ledger, ref s_ledger.missed));

    /// <summary>Ends the run as <see cref="Slots.Outcome"/> says.</summary>
    public static Assembler EndRun(this Assembler asm)
    {
        return asm
            .Load(R1, R10, Slots.Outcome)
            .JumpIfEqual(R1, (int)RunEnd.Aggregated, Aggregated)
            .JumpIfEqual(R1, (int)RunEnd.Emitted, Emitted)
            .Jump(Dropped);
    }

    /// <summary>The ends of the program. The verifier refuses code that nothing reaches, so only the outcomes used are named.</summary>
    public static Assembler EndLedger(this Assembler asm, params ReadOnlySpan<string> outcomes)
    {
        foreach (string outcome in outcomes)
        {
            asm.Label(outcome).Count(Counter(outcome)).Jump(End);
        }

        return asm.Label(End).Move(R0, 0).Exit();
    }

    private static Field Counter(string outcome)
    {
        return outcome switch
        {
            Filtered => Layout.Of(ref s_ledger, ref s_ledger.filtered),
            Aggregated => Layout.Of(ref s_ledger, ref s_ledger.aggregated),
            Emitted => Layout.Of(ref s_ledger, ref s_ledger.emitted),
            Dropped => Layout.Of(ref s_ledger, ref s_ledger.dropped),
            _ => throw new ArgumentException($"no run ends as {outcome}", nameof(outcome)),
        };
    }

    private static Assembler Count(this Assembler asm, Field counter)
    {
        return asm
            .Load(R1, R9, counter)
            .Add(R1, 1)
            .Store(R9, counter, R1);
    }
}
