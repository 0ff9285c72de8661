using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Probing;

/// <summary>
/// One cut as another process of this machine sends it: 128 bytes, little-endian.
/// <code>
///   magic (4) | slice (4) | cookie (8) | at_ns (8) | tx offset (8) | rx offset (8) | tx segs (4) | rx segs (4) | parts (4) | kind (4)
///   | task id (16) | span id (8) | agent: UTF-8, padded with NUL (32) | zero (16)
/// </code>
/// A cookie of 0, which no socket has, says that no more cuts come.
/// </summary>
internal static class CutMessage
{
    public const int Size = 128;

    private const uint Magic = 0x3174_7563; // "cut1"
    private const int TaskAt = 56;
    private const int SpanAt = 72;
    private const int AgentAt = 80;
    private const int ZeroAt = AgentAt + Tag.MaxAgentBytes;

    [Flags]
    private enum Parts : uint
    {
        None = 0,
        TxSegs = 1,
        RxSegs = 2,
        Tag = 4,
        Agent = 8,
        Shared = 16,
    }

    public static void Write(in SliceCut cut, Span<byte> message)
    {
        message[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(message[4..], cut.Slice);
        BinaryPrimitives.WriteUInt64LittleEndian(message[8..], cut.Cookie);
        BinaryPrimitives.WriteInt64LittleEndian(message[16..], cut.AtMonotonicNs);
        BinaryPrimitives.WriteInt64LittleEndian(message[24..], cut.TxOffset);
        BinaryPrimitives.WriteInt64LittleEndian(message[32..], cut.RxOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(message[40..], cut.TxSegs ?? 0);
        BinaryPrimitives.WriteUInt32LittleEndian(message[44..], cut.RxSegs ?? 0);
        BinaryPrimitives.WriteUInt32LittleEndian(message[48..], (uint)PartsOf(in cut));
        BinaryPrimitives.WriteUInt32LittleEndian(message[52..], (uint)cut.Kind);
        if (cut.Tag is { } tag)
        {
            tag.TaskId.CopyTo(message[TaskAt..SpanAt]);
            tag.SpanId.CopyTo(message[SpanAt..AgentAt]);
            Encoding.UTF8.GetBytes(tag.AgentId ?? "", message[AgentAt..ZeroAt]);
        }
    }

    /// <summary>Reads a message. False for one that <see cref="Write"/> does not write.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out SliceCut cut)
    {
        var parts = (Parts)BinaryPrimitives.ReadUInt32LittleEndian(message[48..]);
        uint txSegs = BinaryPrimitives.ReadUInt32LittleEndian(message[40..]);
        uint rxSegs = BinaryPrimitives.ReadUInt32LittleEndian(message[44..]);
        cut = new SliceCut(
            BinaryPrimitives.ReadUInt64LittleEndian(message[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(message[4..]),
            parts.HasFlag(Parts.Tag) ? ReadTag(message, parts) : null,
            (SliceKind)BinaryPrimitives.ReadUInt32LittleEndian(message[52..]),
            BinaryPrimitives.ReadInt64LittleEndian(message[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(message[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(message[32..]),
            parts.HasFlag(Parts.TxSegs) ? txSegs : null,
            parts.HasFlag(Parts.RxSegs) ? rxSegs : null,
            parts.HasFlag(Parts.Shared));
        return IsPossible(in cut) && IsWritten(in cut, message);
    }

    private static bool IsPossible(in SliceCut cut) =>
        cut.Kind is >= SliceKind.Llm and <= SliceKind.Other
        && cut.AtMonotonicNs >= 0
        && cut.AtMonotonicNs <= Stopwatch.GetTimestamp()
        && cut.TxOffset >= 0
        && cut.RxOffset >= 0
        && (cut.Tag?.AgentId is not { } agent || Tag.CanBear(agent));

    // What was not written so has other bytes somewhere: unknown parts, values of absent parts, text that is no UTF-8.
    private static bool IsWritten(in SliceCut cut, ReadOnlySpan<byte> message)
    {
        Span<byte> written = stackalloc byte[Size];
        Write(in cut, written);
        return message.SequenceEqual(written);
    }

    private static Tag ReadTag(ReadOnlySpan<byte> message, Parts parts)
    {
        ActivityTraceId task = ActivityTraceId.CreateFromBytes(message[TaskAt..SpanAt]);
        ActivitySpanId span = ActivitySpanId.CreateFromBytes(message[SpanAt..AgentAt]);
        bool hasAgent = parts.HasFlag(Parts.Agent);
        return new Tag(task, span, hasAgent ? Encoding.UTF8.GetString(message[AgentAt..ZeroAt].TrimEnd((byte)0)) : null);
    }

    private static Parts PartsOf(in SliceCut cut) =>
        (cut.TxSegs is null ? Parts.None : Parts.TxSegs)
        | (cut.RxSegs is null ? Parts.None : Parts.RxSegs)
        | (cut.Tag is null ? Parts.None : Parts.Tag)
        | (cut.Tag?.AgentId is null ? Parts.None : Parts.Agent)
        | (cut.IsShared ? Parts.Shared : Parts.None);
}
