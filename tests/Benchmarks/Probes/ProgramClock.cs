using System.Globalization;

namespace NodeBox.Benchmarks.Probes;

/// <summary>The kernel's own clock of eBPF programs, kernel.bpf_stats_enabled: on until disposed. It makes each run a little slower.</summary>
internal sealed class ProgramClock : IDisposable
{
    private const string Setting = "/proc/sys/kernel/bpf_stats_enabled";
    private readonly string _before = File.ReadAllText(Setting);

    public ProgramClock()
    {
        File.WriteAllText(Setting, "1");
    }

    /// <summary>Fails where somebody else has it on.</summary>
    public static void CheckOff()
    {
        if (File.ReadAllText(Setting).Trim() != "0")
        {
            throw new InvalidOperationException("kernel.bpf_stats_enabled is on, which makes every program run slower: sysctl -w kernel.bpf_stats_enabled=0");
        }
    }

    /// <summary>
    /// Runs and their time of the programs that this process has attached to tracepoints: iterators run only when they are read.
    /// /proc/PID/fdinfo shows the counters with a program's descriptor and the tracepoint with a link's (kernel/bpf/syscall.c,
    /// bpf_prog_show_fdinfo and bpf_raw_tp_link_show_fdinfo).
    /// </summary>
    public static IReadOnlyList<ProgramRuns> ReadOwn()
    {
        List<Dictionary<string, string>> all = [.. Directory.EnumerateFiles("/proc/self/fdinfo").Select(ReadFields)];
        Dictionary<string, string> tracepoints = all.Where(fields => fields.ContainsKey("tp_name"))
            .ToDictionary(fields => fields["prog_id"], fields => fields["tp_name"]);
        return
        [
            .. from fields in all
               where fields.ContainsKey("run_cnt") && tracepoints.ContainsKey(fields["prog_id"])
               let runs = Number(fields["run_cnt"])
               select new ProgramRuns(tracepoints[fields["prog_id"]], runs, Number(fields["run_time_ns"])),
        ];
    }

    public void Dispose() => File.WriteAllText(Setting, _before);

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static Dictionary<string, string> ReadFields(string file)
    {
        try
        {
            IEnumerable<string[]> lines = File.ReadLines(file).Select(line => line.Split(':', 2));
            return lines.Where(parts => parts.Length == 2).DistinctBy(parts => parts[0]).ToDictionary(parts => parts[0], parts => parts[1].Trim());
        }
        catch (IOException)
        {
            // The descriptor that listed this folder is closed by now.
            return [];
        }
    }
}
