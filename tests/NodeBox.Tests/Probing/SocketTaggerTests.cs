using System.Diagnostics;
using System.Net.Sockets;
using NodeBox.Probes.Native;
using NodeBox.Probes.Native.Sys;
using NodeBox.Probes.Native.Tags;
using NodeBox.Probing;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Tests.Probing;

public sealed class SocketTaggerTests
{
    private static readonly Tag s_tag = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a");

    [Fact]
    public void Flags_mean_the_same_in_the_kernel()
    {
        Assert.Equal(
            Enum.GetValues<SocketTagFlags>().Select(static flag => $"{flag} {(uint)flag}"),
            Enum.GetValues<TagFlags>().Select(static flag => $"{flag} {(uint)flag}"));
    }

    [Fact]
    public void The_longest_name_that_a_tag_can_bear_is_the_longest_that_the_kernel_keeps()
    {
        string longest = new('a', Tag.MaxAgentBytes);
        Assert.Equal(longest, new SocketTag(new byte[16], new byte[8], SocketTagFlags.None, longest).Agent);
        Assert.Throws<ArgumentException>(() => new SocketTag(new byte[16], new byte[8], SocketTagFlags.None, longest + "a"));
    }

    [Fact]
    public void A_socket_bears_what_it_was_tagged_with()
    {
        using FlowProbes probes = Attach();
        using Socket socket = NewSocket();
        new SocketTagger(probes.Tags, Assert.Fail).Set(socket, s_tag, TagFlags.SeveralSpans);

        SocketTag set = probes.Tags.Get((int)socket.Handle);
        Assert.Equal(
            (s_tag.TaskId.ToHexString(), s_tag.SpanId.ToHexString(), "agent-a", SocketTagFlags.SeveralSpans),
            (Convert.ToHexStringLower(set.TaskId), Convert.ToHexStringLower(set.SpanId), set.Agent, set.Flags));
    }

    [Fact]
    public void A_closed_socket_is_left_alone_and_so_is_the_one_that_has_its_number_now()
    {
        using FlowProbes probes = Attach();
        Socket closed = NewSocket();
        closed.Dispose();

        // The kernel gives the lowest free number, so one of the next sockets has it.
        Socket[] next = [.. Enumerable.Range(0, 64).Select(static _ => NewSocket())];
        new SocketTagger(probes.Tags, Assert.Fail).Set(closed, s_tag, TagFlags.None);

        foreach (Socket socket in next)
        {
            Assert.Throws<BpfException>(() => probes.Tags.Get((int)socket.Handle));
            socket.Dispose();
        }
    }

    [Fact]
    public void Nobodys_call_takes_the_tag_off()
    {
        using FlowProbes probes = Attach();
        using Socket socket = NewSocket();
        var tagger = new SocketTagger(probes.Tags, Assert.Fail);
        tagger.Set(socket, s_tag, TagFlags.None);
        tagger.Set(socket, tag: null, TagFlags.SeveralTasks);
        SocketTag set = probes.Tags.Get((int)socket.Handle);
        Assert.Equal((true, SocketTagFlags.SeveralTasks, ""), (set.IsEmpty, set.Flags, set.Agent));
    }

    [Fact]
    public void A_driver_without_a_node_does_not_tag_and_one_with_a_dead_node_says_so()
    {
        using var state = new Folder();
        using DriverTags none = DriverTags.From(state.Path, Assert.Fail);
        string path = Path.Combine(state.Path, FlowRecorder.TagSocketName);
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            killed.Bind(new UnixDomainSocketEndPoint(path));

            // Closing would remove the path, which a killed process does not.
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        List<string> reports = [];
        using DriverTags dead = DriverTags.From(state.Path, reports.Add);
        Assert.StartsWith($"nobody hands out a tag map at {path}", Assert.Single(reports));
        using Socket socket = NewSocket();
        var cut = new SliceCut(1, 0, s_tag, SliceKind.Connection, 1, 0, 0, 0, 0);
        dead.Cut(socket, in cut, TagFlags.None);
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static FlowProbes Attach()
    {
        try
        {
            return FlowProbes.Attach(new FlowProbeOptions());
        }
        catch (ProbeUnavailableException e)
        {
            Assert.Skip($"needs CAP_BPF: {e.Message}");
            throw;
        }
    }
}
