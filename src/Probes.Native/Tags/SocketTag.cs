using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace NodeBox.Probes.Native.Tags;

/// <summary>
/// What a socket is doing: the value of the tag map, 64 bytes that any process with the map's descriptor may write.
/// <code>
///   task id (16) | span id (8) | flags (4) | reserved (4) | agent: UTF-8, padded with NUL (32)
/// </code>
/// All zero means that nothing is known.
/// </summary>
public readonly struct SocketTag
{
    /// <summary>Bytes of a tag.</summary>
    public const int Size = 64;

    private readonly TaskBytes _task;
    private readonly ulong _span;
    private readonly uint _flags;
    private readonly uint _reserved;
    private readonly AgentBytes _agent;

    /// <param name="task">16 bytes: the W3C trace id.</param>
    /// <param name="span">8 bytes: the span id of the call.</param>
    /// <param name="flags">Says which of the others stand for several.</param>
    /// <param name="agent">At most 32 bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">A part has another length.</exception>
    public SocketTag(ReadOnlySpan<byte> task, ReadOnlySpan<byte> span, SocketTagFlags flags, string agent)
    {
        if (task.Length != TaskBytes.Length || span.Length != sizeof(ulong))
        {
            throw new ArgumentException($"a tag takes a task id of 16 bytes and a span id of 8, not {task.Length} and {span.Length}");
        }

        task.CopyTo(_task);
        _span = Unsafe.ReadUnaligned<ulong>(in span[0]);
        _flags = (uint)flags;
        if (!Encoding.UTF8.TryGetBytes(agent, _agent, out _))
        {
            throw new ArgumentException($"the agent's name '{agent}' is longer than {AgentBytes.Length} bytes", nameof(agent));
        }
    }

    /// <summary>Which of the ids stand for several.</summary>
    public SocketTagFlags Flags => (SocketTagFlags)_flags;

    /// <summary>The 16 bytes of the task id.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> TaskId => _task;

    /// <summary>The 8 bytes of the span id.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> SpanId => MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in _span));

    /// <summary>The agent's name, empty when unknown.</summary>
    public string Agent
    {
        get
        {
            ReadOnlySpan<byte> bytes = _agent;
            return Encoding.UTF8.GetString(bytes[..(bytes.IndexOf((byte)0) is >= 0 and int end ? end : bytes.Length)]);
        }
    }

    /// <summary>True when no task is known.</summary>
    public bool IsEmpty => !TaskId.ContainsAnyExcept((byte)0);

    [InlineArray(Length)]
    private struct TaskBytes
    {
        public const int Length = 16;
        private byte _first;
    }

    [InlineArray(Length)]
    private struct AgentBytes
    {
        public const int Length = 32;
        private byte _first;
    }
}
