using System.Globalization;
using System.Text;
using NodeBox.Probing;
using NodeBox.Telemetry.Control;
using NodeBox.Telemetry.Push;

namespace NodeBox.Hosting;

/// <summary>What a node answers to <c>GET /metrics</c>: Prometheus text, version 0.0.4.</summary>
internal sealed class NodeMetrics
{
    private readonly StringBuilder _text = new();

    private NodeMetrics()
    {
    }

    public static string Text(FlowRecorder flows, PushCounters pushed)
    {
        var metrics = new NodeMetrics();
        metrics.Counter("nodebox_telemetry_records_enqueued_total", "Telemetry records accepted.", pushed.Enqueued);
        metrics.Counter("nodebox_telemetry_records_dropped_total", "Telemetry records lost.", pushed.Dropped);
        metrics.Counter("nodebox_telemetry_records_acked_total", "Telemetry records committed by the collector.", pushed.Acked);
        metrics.Add(flows.Ledger());
        metrics.Add(flows.Counters);
        metrics.Gauge("process_resident_memory_bytes", "Resident memory.", Environment.WorkingSet);
        metrics.Head("process_cpu_seconds_total", "counter", "CPU time.");
        metrics._text.Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {ProcessStats.CpuNs() / 1e9}\n");
        return metrics._text.ToString();
    }

    private void Add(IReadOnlyDictionary<string, LedgerEntry> ledger)
    {
        Head("nodebox_probe_events_total", "counter", "Kernel events, and slice boundaries, by probe and what became of them.");
        foreach ((string probe, LedgerEntry entry) in ledger)
        {
            Event(probe, "seen", entry.Seen);
            Event(probe, "filtered", entry.Filtered);
            Event(probe, "aggregated", entry.Aggregated);
            Event(probe, "emitted", entry.Emitted);
            Event(probe, "dropped", entry.Dropped);
            Event(probe, "missed", entry.Missed);
        }
    }

    private void Add(RecorderCounters recorder)
    {
        Gauge("nodebox_flows_open", "Flows that are open.", recorder.Flows.Open);
        Gauge("nodebox_facts_waiting", "Facts of received data that wait for a slice's boundary.", recorder.Flows.Waiting);
        Gauge("nodebox_cuts_waiting", "Slice boundaries of this process that wait for the recorder.", recorder.CutsWaiting);
        Counter("nodebox_slice_records_total", "Slice records made, later ones of the same slice included.", recorder.Flows.Slices);
        Counter("nodebox_facts_lost_total", "Facts that the kernel could not report or no slice could wait for.", recorder.Flows.Lost);
        Counter("nodebox_flow_ends_lost_total", "Flows whose end the kernel could not report.", recorder.Flows.LostEnds);
        Counter("nodebox_tag_failures_total", "Sockets that the kernel refused to tag.", recorder.TagFailures);
    }

    private void Counter(string name, string help, long value) => Sample(name, "counter", help, value);

    private void Gauge(string name, string help, long value) => Sample(name, "gauge", help, value);

    private void Sample(string name, string type, string help, long value)
    {
        Head(name, type, help);
        _text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private void Head(string name, string type, string help) => _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private void Event(string probe, string fate, long value) =>
        _text.Append(CultureInfo.InvariantCulture, $"nodebox_probe_events_total{{probe=\"{probe}\",fate=\"{fate}\"}} {value}\n");
}
