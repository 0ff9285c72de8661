using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Google.Protobuf;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Tracing;

/// <summary>The records of every span of this process that ends meanwhile: other tests' too, so ask by task.</summary>
internal sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentQueue<SpanRecord> _ended = [];
    private readonly SpanRecorder _recorder;

    public RecordedSpans()
    {
        _recorder = new SpanRecorder(_ended.Enqueue);
    }

    /// <summary>The records of a task, in the order in which its spans ended.</summary>
    public IReadOnlyList<SpanRecord> Of(ActivityTraceId task) => [.. _ended.Where(record => Hex(record.TaskId) == task.ToHexString())];

    /// <summary>The same, once there are so many: a server's span ends after its answer was read.</summary>
    public async Task<IReadOnlyList<SpanRecord>> OfAsync(ActivityTraceId task, int count)
    {
        for (int i = 0; i < 500 && Of(task).Count < count; i++)
        {
            await Task.Delay(10);
        }

        IReadOnlyList<SpanRecord> records = Of(task);
        Assert.Equal(count, records.Count);
        return records;
    }

    public static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    public static JsonElement Attributes(SpanRecord record) => JsonDocument.Parse(record.Attributes).RootElement;

    public void Dispose() => _recorder.Dispose();
}
