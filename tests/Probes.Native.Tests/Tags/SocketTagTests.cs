using System.Runtime.InteropServices;
using System.Text;
using NodeBox.Probes.Native.Tags;

namespace NodeBox.Probes.Native.Tests.Tags;

public sealed class SocketTagTests
{
    private static readonly byte[] s_task = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly byte[] s_span = [.. Enumerable.Range(101, 8).Select(i => (byte)i)];

    [Fact]
    public void Lies_in_memory_as_other_processes_write_it()
    {
        SocketTag tag = new(s_task, s_span, SocketTagFlags.SeveralSpans | SocketTagFlags.SeveralAgents, "agent-a");

        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<SocketTag>(in tag)).ToArray();

        byte[] expected = [.. s_task, .. s_span, 5, 0, 0, 0, 0, 0, 0, 0, .. "agent-a"u8, .. new byte[25]];
        Assert.Equal(expected, bytes);
        Assert.Equal(SocketTag.Size, bytes.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("agent-a")]
    [InlineData("an agent whose name has 32 bytes")]
    [InlineData("Agentin Ä")]
    public void Gives_back_what_it_was_made_of(string agent)
    {
        SocketTag tag = new(s_task, s_span, SocketTagFlags.SeveralTasks, agent);

        Assert.Equal(s_task, tag.TaskId);
        Assert.Equal(s_span, tag.SpanId);
        Assert.Equal(SocketTagFlags.SeveralTasks, tag.Flags);
        Assert.Equal(agent, tag.Agent);
        Assert.False(tag.IsEmpty);
        Assert.True(default(SocketTag).IsEmpty);
    }

    [Fact]
    public void Refuses_parts_of_another_length()
    {
        Assert.Throws<ArgumentException>(() => new SocketTag(new byte[15], s_span, SocketTagFlags.None, ""));
        Assert.Throws<ArgumentException>(() => new SocketTag(s_task, new byte[9], SocketTagFlags.None, ""));
        Assert.Throws<ArgumentException>(() => new SocketTag(s_task, s_span, SocketTagFlags.None, new string('ä', 17)));
    }

    [Fact]
    public void Survives_any_bytes_in_the_agents_name()
    {
        Random random = new(1);
        Span<byte> bytes = stackalloc byte[SocketTag.Size];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            Assert.True(Encoding.UTF8.GetByteCount(MemoryMarshal.Read<SocketTag>(bytes).Agent) <= 96);
        }
    }
}
