using System.Diagnostics;
using System.Globalization;
using System.Net;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

/// <summary>
/// Attached probes and everything they reported. Other programs use the same namespace, so tests look at their own ports only.
/// </summary>
internal sealed class Recording : IDisposable
{
    /// <summary>How long tests wait for what must come; emulated machines say by how much longer.</summary>
    public static readonly TimeSpan Patience =
        TimeSpan.FromSeconds(10 * int.Parse(Environment.GetEnvironmentVariable("NODEBOX_PATIENCE") ?? "1", CultureInfo.InvariantCulture));

    private readonly FlowHandlers _handlers;

    private Recording(FlowProbes probes)
    {
        Probes = probes;
        _handlers = new FlowHandlers
        {
            Flow = e => Flows.Add(new SeenFlow(e)),
            Retransmit = e => Retransmits.Add(new SeenRetransmit(e)),
            Rtt = batch => Add(batch, (cookie, ordinal, sample) => Rtts.Add((cookie, ordinal, sample))),
            Bursts = (direction, batch) => Add(batch, (cookie, ordinal, burst) => Bursts.Add((cookie, direction, ordinal, burst))),
            Duplicates = batch => Add(batch, (cookie, ordinal, duplicate) => Duplicates.Add((cookie, ordinal, duplicate))),
            Packets = (direction, batch) => Add(batch, (cookie, ordinal, packet) => Packets.Add((cookie, direction, ordinal, packet))),
        };
    }

    public FlowProbes Probes { get; }

    public List<SeenFlow> Flows { get; } = [];

    public List<SeenRetransmit> Retransmits { get; } = [];

    public List<(ulong Cookie, uint Ordinal, RttSample Sample)> Rtts { get; } = [];

    public List<(ulong Cookie, TrafficDirection Direction, uint Ordinal, Burst Burst)> Bursts { get; } = [];

    public List<(ulong Cookie, uint Ordinal, LateDuplicate Duplicate)> Duplicates { get; } = [];

    public List<(ulong Cookie, TrafficDirection Direction, uint Ordinal, Packet Packet)> Packets { get; } = [];

    public int Records { get; private set; }

    /// <summary>Attaches, or skips the test where this process may not.</summary>
    public static Recording Start(int ringBytes = 1 << 22) => Start(new FlowProbeOptions { RingBufferBytes = ringBytes, Openings = true });

    public static Recording Start(FlowProbeOptions options)
    {
        try
        {
            return new Recording(FlowProbes.Attach(options));
        }
        catch (ProbeUnavailableException e) when (e.Message.Contains("CAP_BPF") || e.Message.Contains("BTF"))
        {
            Assert.Skip($"needs CAP_BPF and BTF: {e.Message}");
            throw;
        }
    }

    public void Drain()
    {
        Records += Probes.Drain(_handlers);
    }

    /// <summary>Drains until this many events of the kind are there for connections of this listener, both ends counted.</summary>
    public List<SeenFlow> Await(IPEndPoint listener, FlowEventKind kind, int count)
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            Drain();
            List<SeenFlow> found = [.. Flows.Where(flow => flow.Kind == kind && flow.IsOf(listener))];
            if (found.Count >= count || Stopwatch.GetElapsedTime(begin) > Patience)
            {
                Assert.Equal(count, found.Count);
                return found;
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Both ends of the one connection of a listener, once both are closed.</summary>
    public (SeenFlow Active, SeenFlow Passive) AwaitClosed(IPEndPoint listener)
    {
        List<SeenFlow> both = Await(listener, FlowEventKind.Closed, 2);
        return (both.Single(flow => flow.Direction == FlowDirection.Active), both.Single(flow => flow.Direction == FlowDirection.Passive));
    }

    /// <summary>Closes the client, then the server, and waits for both ends' last records.</summary>
    public (SeenFlow Active, SeenFlow Passive) Close(Connection connection)
    {
        connection.Client.Dispose();
        connection.Server.Dispose();
        return AwaitClosed(connection.Listener);
    }

    /// <summary>A flow's bursts in one direction, none of which is missing.</summary>
    public List<Burst> BurstsOf(SeenFlow flow, TrafficDirection direction)
    {
        var bursts = Bursts.Where(burst => burst.Cookie == flow.Cookie && burst.Direction == direction).ToList();
        Assert.Equal(Enumerable.Range(0, bursts.Count).Select(i => (uint)i), bursts.Select(burst => burst.Ordinal));
        return [.. bursts.Select(burst => burst.Burst)];
    }

    /// <summary>As <see cref="Close"/> for flows whose direction is not known: the client's end first.</summary>
    public (SeenFlow Client, SeenFlow Server) CloseUnknown(Connection connection)
    {
        connection.Client.Dispose();
        connection.Server.Dispose();
        List<SeenFlow> both = Await(connection.Listener, FlowEventKind.Closed, 2);
        return (both.Single(flow => flow.Remote.Equals(connection.Listener)), both.Single(flow => flow.Local.Equals(connection.Listener)));
    }

    /// <summary>Waits until something is so, and fails when that takes too long.</summary>
    public static void AwaitThat(Func<bool> condition)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < Patience);
            Thread.Sleep(5);
        }
    }

    /// <summary>A flow's packets in one direction, none of which is missing.</summary>
    public List<Packet> PacketsOf(SeenFlow flow, TrafficDirection direction)
    {
        var packets = Packets.Where(packet => packet.Cookie == flow.Cookie && packet.Direction == direction).ToList();
        Assert.Equal(Enumerable.Range(0, packets.Count).Select(i => (uint)i), packets.Select(packet => packet.Ordinal));
        return [.. packets.Select(packet => packet.Packet)];
    }

    /// <summary>A flow's RTT samples, none of which is missing.</summary>
    public List<RttSample> RttsOf(SeenFlow flow)
    {
        var samples = Rtts.Where(sample => sample.Cookie == flow.Cookie).ToList();
        Assert.Equal(Enumerable.Range(0, samples.Count).Select(i => (uint)i), samples.Select(sample => sample.Ordinal));
        return [.. samples.Select(sample => sample.Sample)];
    }

    // Facts lie in the ring's memory, which a lambda cannot hold on to.
    private static void Add<T>(FlowFacts<T> batch, Action<ulong, uint, T> add)
        where T : unmanaged
    {
        for (int i = 0; i < batch.Facts.Length; i++)
        {
            add(batch.Cookie, batch.First + (uint)i, batch.Facts[i]);
        }
    }

    public void Dispose()
    {
        Probes.Dispose();
    }
}
