using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Maps;

/// <summary>Reads a per-CPU array of structs of 64-bit counters.</summary>
internal static class PerCpuArray
{
    /// <summary>The sum over all CPUs of each counter of one entry.</summary>
    public static unsafe ulong[] Sum(Map map, int index)
    {
        int counters = map.Spec.ValueSize / sizeof(ulong);
        ulong[] copies = new ulong[counters * PossibleCpus.Count];
        uint key = (uint)index;
        fixed (ulong* value = copies)
        {
            Bpf.MapLookup(map.Fd.Number, &key, value);
        }

        ulong[] sum = new ulong[counters];
        for (int i = 0; i < copies.Length; i++)
        {
            sum[i % counters] += copies[i];
        }

        return sum;
    }
}
