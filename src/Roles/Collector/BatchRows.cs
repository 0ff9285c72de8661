using Google.Protobuf;
using NodeBox.Store;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Collector;

/// <summary>Turns a batch's records into rows, in the column order of <see cref="Tables"/> and <see cref="CollectorTables"/>.</summary>
internal static class BatchRows
{
    /// <summary>How many records the batch holds.</summary>
    public static int Count(Batch batch) =>
        batch.Spans.Count + batch.Flows.Count + batch.Retransmits.Count + batch.Slices.Count
        + batch.Tasks.Count + batch.Ledgers.Count + batch.Logs.Count + batch.Packets.Count;

    /// <summary>Appends all records to their tables, in the open transaction.</summary>
    /// <param name="connection">The connection that has the transaction.</param>
    /// <param name="batch">A batch that <see cref="BatchRules"/> has passed.</param>
    /// <param name="runId">The run they belong to, or null.</param>
    public static void Append(Connection connection, Batch batch, string? runId)
    {
        AppendAll(connection, Tables.Spans.Name, batch.Spans, (row, span) => Append(row, span, batch.Node, runId));
        AppendAll(connection, Tables.Flows.Name, batch.Flows, (row, flow) => Append(row, flow, batch.Node, runId));
        AppendAll(connection, Tables.Slices.Name, batch.Slices, (row, slice) => Append(row, slice, batch.Node, runId));
        AppendAll(connection, Tables.Packets.Name, batch.Packets, (row, packet) => Append(row, packet, batch.Node, runId));
        AppendAll(connection, Tables.Retransmits.Name, batch.Retransmits, (row, retransmit) => Append(row, retransmit, runId));
        AppendAll(connection, Tables.Tasks.Name, batch.Tasks, (row, task) => Append(row, task, runId));
        AppendAll(connection, CollectorTables.Ledgers.Name, batch.Ledgers, (row, ledger) => Append(row, ledger, batch.Node, runId));
        AppendAll(connection, CollectorTables.Logs.Name, batch.Logs, (row, line) => Append(row, line, batch.Node, runId));
    }

    private static void AppendAll<T>(Connection connection, string table, IReadOnlyCollection<T> records, Action<Appender, T> append)
    {
        if (records.Count == 0)
        {
            return;
        }

        using Appender appender = connection.Append(table);
        foreach (T record in records)
        {
            append(appender, record);
            appender.EndRow();
        }

        appender.Flush();
    }

    private static void Append(Appender row, SpanRecord span, string node, string? runId)
    {
        row.Append(runId);
        row.Append(node);
        row.Append(Hex(span.TaskId));
        row.Append(Hex(span.SpanId));
        row.Append(span.HasParentSpanId ? Hex(span.ParentSpanId) : null);
        row.Append(span.Name);
        row.Append(span.Kind);
        row.Append(span.HasAgentId ? span.AgentId : null);
        row.Append(span.HasGenAiOperation ? span.GenAiOperation : null);
        row.Append(span.BeginNs);
        row.Append(span.EndNs);
        row.Append(span.Status);
        row.Append(span.Attributes.Length > 0 ? span.Attributes : "{}");
    }

    private static void Append(Appender row, FlowRecord flow, string node, string? runId)
    {
        row.Append(runId);
        row.Append(flow.FlowId);
        row.Append(node);
        row.Append((long)flow.Netns);
        row.Append(flow.Direction);
        row.Append(flow.Path);
        row.Append(flow.LocalAddr);
        row.Append(flow.LocalPort);
        row.Append(flow.RemoteAddr);
        row.Append(flow.RemotePort);
        row.Append(flow.BeginNs);
        row.Append(flow.HasEndNs ? flow.EndNs : null);
        row.Append((long)flow.TxBytes);
        row.Append((long)flow.RxBytes);
        row.Append((long)flow.TxSegs);
        row.Append((long)flow.RxSegs);
        row.Append((long)flow.RetransSegs);
        row.Append(flow.HasMinRttUs ? flow.MinRttUs : null);
        row.Append(flow.HasSrttUs ? flow.SrttUs : null);
        row.Append(flow.CongestionControl);
        row.Append(flow.HasCloseReason ? flow.CloseReason : null);
        row.Append(flow.HasPid ? flow.Pid : null);
        row.Append(flow.HasComm ? flow.Comm : null);
        row.Append(flow.HasTaskId ? Hex(flow.TaskId) : null);
        row.Append(flow.HasAgentId ? flow.AgentId : null);
        row.Append(flow.HasSpanId ? Hex(flow.SpanId) : null);
        row.Append((long)flow.RetransBytes);
        row.Append(flow.HasHandshakeRttUs ? flow.HandshakeRttUs : null);
        row.Append(flow.HasZeroWindows ? (long)flow.ZeroWindows : null);
        row.Append(flow.HasOutOfOrderSegs ? (long)flow.OutOfOrderSegs : null);
        row.Append(flow.HasError ? flow.Error : null);
        ShapeRows.AppendRtt(row, flow.Shape);
        ShapeRows.AppendBurstCounts(row, flow.Shape);
        ShapeRows.Append(row, flow.Shape);
    }

    private static void Append(Appender row, SliceRecord slice, string node, string? runId)
    {
        row.Append(runId);
        row.Append(slice.FlowId);
        row.Append(slice.Slice);
        row.Append(node);
        row.Append(slice.HasTaskId ? Hex(slice.TaskId) : null);
        row.Append(slice.HasSpanId ? Hex(slice.SpanId) : null);
        row.Append(slice.HasAgentId ? slice.AgentId : null);
        row.Append(slice.Kind);
        row.Append(slice.BeginNs);
        row.Append(slice.EndNs);
        row.Append((long)slice.TxBytes);
        row.Append((long)slice.RxBytes);
        row.Append((long)slice.TxSegs);
        row.Append((long)slice.RxSegs);
        row.Append((long)slice.RetransSegs);
        row.Append((long)slice.RetransBytes);
        ShapeRows.AppendRtt(row, slice.Shape);
        row.Append(slice.HasMinRttUs ? slice.MinRttUs : null);
        ShapeRows.AppendBurstCounts(row, slice.Shape);
        row.Append(slice.SegsExact);
        row.Append(slice.Shared);
        row.Append(slice.HasSrttUs ? slice.SrttUs : null);
        ShapeRows.Append(row, slice.Shape);
    }

    private static void Append(Appender row, PacketRecord packet, string node, string? runId)
    {
        row.Append(runId);
        row.Append(packet.FlowId);
        row.Append(packet.HasSlice ? packet.Slice : null);
        row.Append(node);
        row.Append(packet.AtNs);
        row.Append(packet.Direction);
        row.Append((long)packet.Offset);
        row.Append(packet.Bytes);
        row.Append(packet.Segs);
    }

    private static void Append(Appender row, RetransmitRecord retransmit, string? runId)
    {
        row.Append(runId);
        row.Append(retransmit.FlowId);
        row.Append(retransmit.HasSlice ? retransmit.Slice : null);
        row.Append(retransmit.AtNs);
        row.Append(retransmit.SeqBegin);
        row.Append(retransmit.SeqEnd);
        row.Append((long)retransmit.Bytes);
        row.Append((long)retransmit.Segs);
        row.Append(retransmit.State);
    }

    private static void Append(Appender row, TaskRecord task, string? runId)
    {
        row.Append(runId);
        row.Append(task.Rep);
        row.Append(task.Scenario);
        row.Append(task.Variant);
        row.Append(task.TaskKey);
        row.Append(Hex(task.TaskId));
        row.Append(task.IntendedBeginNs);
        row.Append(task.BeginNs);
        row.Append(task.EndNs);
        row.Append(task.Outcome);

        // The four counts of calls are computed from the spans when the run is finished.
        row.AppendNull();
        row.AppendNull();
        row.AppendNull();
        row.AppendNull();
        row.Append(task.HasCorrect ? task.Correct : null);
    }

    private static void Append(Appender row, DropLedger ledger, string node, string? runId)
    {
        row.Append(runId);
        row.Append(node);
        row.Append(ledger.Probe);
        row.Append(ledger.AtNs);
        row.Append((long)ledger.Seen);
        row.Append((long)ledger.Filtered);
        row.Append((long)ledger.Aggregated);
        row.Append((long)ledger.Emitted);
        row.Append((long)ledger.Dropped);
        row.Append((long)ledger.Missed);
        row.Append(string.Join(' ', ledger.Figures));
    }

    private static void Append(Appender row, LogLine line, string node, string? runId)
    {
        row.Append(runId);
        row.Append(node);
        row.Append(line.AtNs);
        row.Append(line.Level);
        row.Append(line.Text);
    }

    private static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);
}
