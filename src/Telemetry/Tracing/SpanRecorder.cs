using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tracing;

/// <summary>Turns every span that ends in this process into a record, until disposed.</summary>
public sealed class SpanRecorder : IDisposable
{
    private readonly ActivityListener _listener;

    /// <param name="add">Takes each record; called on the thread that ended the span.</param>
    public SpanRecorder(Action<SpanRecord> add)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == Spans.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => add(RecordOf(span)),
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose() => _listener.Dispose();

    private static SpanRecord RecordOf(Activity span)
    {
        var record = new SpanRecord
        {
            TaskId = BytesOf(span.TraceId),
            SpanId = BytesOf(span.SpanId),
            Name = span.DisplayName,
            Kind = KindOf(span.Kind),
            BeginNs = (long)span.GetCustomProperty(Spans.BeginProperty)!,
            EndNs = NodeClock.NowNs(),
            Status = span.Status == ActivityStatusCode.Error ? "error" : "ok",
            Attributes = AttributesOf(span),
        };
        if (span.ParentSpanId != default)
        {
            record.ParentSpanId = BytesOf(span.ParentSpanId);
        }

        if (span.GetBaggageItem(Spans.AgentBaggage) is { } agent)
        {
            record.AgentId = agent;
        }

        if (span.GetTagItem(SemanticConventions.OperationName) is string operation)
        {
            record.GenAiOperation = operation;
        }

        return record;
    }

    private static ByteString BytesOf(ActivityTraceId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString BytesOf(ActivitySpanId id)
    {
        Span<byte> bytes = stackalloc byte[8];
        id.CopyTo(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static string KindOf(ActivityKind kind) => kind switch
    {
        ActivityKind.Client => "client",
        ActivityKind.Server => "server",
        _ => "internal",
    };

    private static string AttributesOf(Activity span)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach ((string name, object? value) in span.EnumerateTagObjects())
            {
                Write(json, name, value);
            }

            if (span.StatusDescription is { Length: > 0 } description)
            {
                json.WriteString(SemanticConventions.StatusDescription, description);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case IEnumerable<string> texts:
                json.WriteStartArray(name);
                foreach (string text in texts)
                {
                    json.WriteStringValue(text);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteString(name, value.ToString());
                break;
        }
    }
}
