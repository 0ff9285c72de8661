using System.Globalization;
using System.Runtime.InteropServices;

namespace NodeBox.Llama.Native;

/// <summary>Some processors of the machine, written as the kernel does: "0-3,8".</summary>
public sealed unsafe partial class ProcessorSet
{
    private const string Present = "/sys/devices/system/cpu/present";
    private const int MaskBytes = 1024;

    private readonly SortedSet<int> _numbers;

    private ProcessorSet(SortedSet<int> numbers) => _numbers = numbers;

    /// <summary>Null for a text that is no such list, or names a processor beyond 8,191.</summary>
    public static ProcessorSet? Parse(string text)
    {
        var numbers = new SortedSet<int>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last || last < first)
            {
                return null;
            }

            numbers.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return new ProcessorSet(numbers);
    }

    /// <summary>Which of them this machine lacks or this process may not use; null if none.</summary>
    public string? WhyUnusable()
    {
        ProcessorSet present = Parse(File.ReadAllText(Present).Trim())!;
        ProcessorSet allowed = OfThread();
        return (_numbers.Except(present._numbers).ToArray(), _numbers.Except(allowed._numbers).ToArray()) switch
        {
            ([int missing, ..], _) => $"there is no processor {missing}, the machine has {present}",
            (_, [int forbidden, ..]) => $"the node may not use processor {forbidden}, only {allowed}",
            _ => null,
        };
    }

    /// <summary>
    /// Does something with the calling thread on these processors only. Threads and processes that it starts meanwhile stay on them.
    /// </summary>
    /// <exception cref="InvalidOperationException">None of them can be used.</exception>
    public T Run<T>(Func<T> action)
    {
        ProcessorSet before = OfThread();
        Apply();
        try
        {
            return action();
        }
        finally
        {
            before.Apply();
        }
    }

    public override string ToString()
    {
        var ranges = new List<string>();
        foreach (int first in _numbers.Where(number => !_numbers.Contains(number - 1)))
        {
            int last = first;
            while (_numbers.Contains(last + 1))
            {
                last++;
            }

            ranges.Add(last == first ? $"{first}" : $"{first}-{last}");
        }

        return string.Join(',', ranges);
    }

    private static ProcessorSet OfThread()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        if (sched_getaffinity(0, MaskBytes, mask) < 0)
        {
            throw new InvalidOperationException($"sched_getaffinity failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        var numbers = new SortedSet<int>();
        for (int number = 0; number < 8 * MaskBytes; number++)
        {
            if ((mask[number / 8] >> (number % 8) & 1) != 0)
            {
                numbers.Add(number);
            }
        }

        return new ProcessorSet(numbers);
    }

    private void Apply()
    {
        byte* mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        foreach (int number in _numbers)
        {
            mask[number / 8] |= (byte)(1 << (number % 8));
        }

        if (sched_setaffinity(0, MaskBytes, mask) < 0)
        {
            throw new InvalidOperationException($"sched_setaffinity to {this} failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < 8 * MaskBytes ? number : null;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_getaffinity(int pid, nuint cpusetsize, byte* mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sched_setaffinity(int pid, nuint cpusetsize, byte* mask);
}
