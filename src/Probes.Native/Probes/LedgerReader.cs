using NodeBox.Probes.Native.Maps;
using NodeBox.Probes.Native.Programs;

namespace NodeBox.Probes.Native.Probes;

/// <summary>Reads a program's account from user space.</summary>
internal static class LedgerReader
{
    private const int Attempts = 100;

    /// <summary>
    /// A program that is running on another CPU has been seen and not ended yet; it ends within microseconds. So an account that does not
    /// balance is read again, and the last reading is returned whatever it says.
    /// </summary>
    public static ProbeLedger Read(Program program, Map ledgers, int index)
    {
        ProbeLedger read = ReadOnce(program, ledgers, index);
        for (int i = 1; i < Attempts && !read.Balances; i++)
        {
            read = ReadOnce(program, ledgers, index);
        }

        return read;
    }

    private static ProbeLedger ReadOnce(Program program, Map ledgers, int index)
    {
        ulong[] sum = PerCpuArray.Sum(ledgers, index);
        return new ProbeLedger(program.Spec.Account, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5] + program.Info.recursion_misses);
    }
}
