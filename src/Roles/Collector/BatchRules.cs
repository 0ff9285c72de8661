using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Collector;

/// <summary>
/// What a batch must be before it comes near the tables: batches come from other machines, and perhaps from other programs.
/// </summary>
internal static class BatchRules
{
    private const int TaskIdBytes = 16;
    private const int SpanIdBytes = 8;
    private const int SpoolIdBytes = 16;
    private const int MaxNodeLength = 64;

    private static readonly FrozenSet<string> s_kinds =
        FrozenSet.Create("llm", "tool", "agent", "service", "telemetry", "connection", "other");

    /// <exception cref="RpcException">InvalidArgument, with the rule that the batch breaks: sending it again is no use.</exception>
    public static void Check(Batch batch)
    {
        Require(
            IsNodeName(batch.Node),
            $"node '{batch.Node}' is no node's name: letters, digits, '.', '_', '-', at most {MaxNodeLength}, not a dot first");
        Require(batch.SpoolId.Length == SpoolIdBytes, $"spool_id has {batch.SpoolId.Length} bytes, not {SpoolIdBytes}");
        Require(batch.Sequence is > 0 and <= long.MaxValue, $"sequence {batch.Sequence} is not between 1 and 2^63 - 1");
        foreach (SpanRecord span in batch.Spans)
        {
            CheckId(span.TaskId, TaskIdBytes, "a span's task_id");
            CheckId(span.SpanId, SpanIdBytes, "a span's span_id");
            Require(!span.HasParentSpanId || span.ParentSpanId.Length == SpanIdBytes, "a span's parent_span_id has not 8 bytes");
            Require(IsJsonObject(span.Attributes), $"attributes of span '{span.Name}' are no JSON object");
        }

        foreach (FlowRecord flow in batch.Flows)
        {
            Require(flow.FlowId.Length > 0, "a flow has no flow_id");
            Require(!flow.HasTaskId || flow.TaskId.Length == TaskIdBytes, "a flow's task_id has not 16 bytes");
            Require(!flow.HasSpanId || flow.SpanId.Length == SpanIdBytes, "a flow's span_id has not 8 bytes");
            CheckShape(flow.Shape, "a flow");
        }

        foreach (SliceRecord slice in batch.Slices)
        {
            Require(slice.FlowId.Length > 0, "a slice has no flow_id");
            Require(!slice.HasTaskId || slice.TaskId.Length == TaskIdBytes, "a slice's task_id has not 16 bytes");
            Require(!slice.HasSpanId || slice.SpanId.Length == SpanIdBytes, "a slice's span_id has not 8 bytes");
            Require(s_kinds.Contains(slice.Kind), $"'{slice.Kind}' is no kind of slice");
            CheckShape(slice.Shape, "a slice");
        }

        foreach (TaskRecord task in batch.Tasks)
        {
            CheckId(task.TaskId, TaskIdBytes, "a task's task_id");
        }

        Require(batch.Ledgers.All(static ledger => ledger.Figures.All(IsFigure)), "a ledger's figure is no name");
        Require(batch.Packets.All(static packet => packet.Direction is "tx" or "rx"), "a packet's direction is neither tx nor rx");
    }

    private static void CheckShape(TrafficShape? shape, string what) =>
        Require(shape is null || shape.Missing.All(IsFigure), $"{what} misses a figure whose name is none");

    // The names become part of a list's text. Which ones there are is the nodes' business.
    private static bool IsFigure(string name) => name.Length > 0 && name.All(static c => char.IsAsciiLetterLower(c) || c == '_');

    /// <summary>Node names become file names.</summary>
    private static bool IsNodeName(string name) =>
        name.Length is > 0 and <= MaxNodeLength && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static void CheckId(ByteString id, int bytes, string what) =>
        Require(id.Length == bytes, $"{what} has {id.Length} bytes, not {bytes}");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RpcException(StatusCode.InvalidArgument, otherwise);
        }
    }

    private static bool IsJsonObject(string text)
    {
        if (text.Length == 0)
        {
            return true;
        }

        Utf8JsonReader reader = new(Encoding.UTF8.GetBytes(text));
        try
        {
            bool isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
                // DuckDB refuses half a surrogate pair, and would do so only when the run is finished.
                bool isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
                _ = isText && reader.ValueIsEscaped ? reader.GetString() : null;
            }

            return isObject;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
