using System.Buffers.Binary;
using Google.Protobuf;
using NodeBox.Telemetry.V1;

namespace NodeBox.Roles.Tests.Collector;

/// <summary>Records as nodes make them, told apart by a number.</summary>
internal static class Records
{
    public const long EpochNs = 1_790_000_000_000_000_000;

    public static ByteString TaskId(long task)
    {
        byte[] id = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id.AsSpan(8), task);
        return ByteString.CopyFrom(id);
    }

    public static ByteString SpanId(long span)
    {
        byte[] id = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(id, span);
        return ByteString.CopyFrom(id);
    }

    public static SpanRecord Span(long span, long task = 1, string kind = "client", string call = "") => new()
    {
        TaskId = TaskId(task),
        SpanId = SpanId(span),
        Name = $"span {span}",
        Kind = kind,
        BeginNs = EpochNs + span,
        EndNs = EpochNs + span + 1,
        Status = "ok",
        Attributes = call.Length > 0 ? $$"""{"nodebox.call":"{{call}}"}""" : "",
    };

    public static FlowRecord Flow(string flowId, long? endNs, ulong txBytes)
    {
        FlowRecord flow = new()
        {
            FlowId = flowId,
            Netns = 4_026_531_840,
            Direction = "active",
            Path = "link",
            LocalAddr = "10.77.0.1",
            LocalPort = 40000,
            RemoteAddr = "10.77.0.3",
            RemotePort = 8000,
            BeginNs = EpochNs,
            TxBytes = txBytes,
            CongestionControl = "cubic",
        };
        if (endNs is { } end)
        {
            flow.EndNs = end;
        }

        return flow;
    }

    public static SliceRecord Slice(string flowId, uint number, ulong txBytes = 1) => new()
    {
        FlowId = flowId,
        Slice = number,
        TaskId = TaskId(number),
        SpanId = SpanId(number),
        AgentId = "agent-a",
        Kind = "llm",
        BeginNs = EpochNs + number,
        EndNs = EpochNs + number + 1,
        TxBytes = txBytes,
        SegsExact = true,
        Shape = new TrafficShape
        {
            RttUs = { new HistogramBucket { Le = 33, Count = 2 }, new HistogramBucket { Le = 67, Count = 1 } },
            TxBursts = new Bursts { Count = 3, Bytes = { new HistogramBucket { Le = 1023, Count = 3 } } },
            RxBursts = new Bursts(),
            TxSegBytes = { new HistogramBucket { Le = 1448, Count = 4 } },
            TtfbUs = 5,
            Missing = { "rtt", "cuts" },
        },
    };

    public static TaskRecord Task(long task) => new()
    {
        TaskId = TaskId(task),
        Rep = 1,
        Scenario = "agentic-simple",
        Variant = "default",
        TaskKey = $"k{task}",
        IntendedBeginNs = EpochNs,
        BeginNs = EpochNs + task,
        EndNs = EpochNs + task + 1000,
        Outcome = "ok",
    };
}
