using System.Diagnostics;
using System.Net;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

/// <summary>
/// Attached probes and everything they reported. Other programs use the same namespace, so tests look at their own ports only.
/// </summary>
internal sealed class Recording : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private Recording(FlowProbes probes)
    {
        Probes = probes;
    }

    public FlowProbes Probes { get; }

    public List<SeenFlow> Flows { get; } = [];

    public List<SeenRetransmit> Retransmits { get; } = [];

    public int Records { get; private set; }

    /// <summary>Attaches, or skips the test where this process may not.</summary>
    public static Recording Start(int ringBytes = 1 << 22)
    {
        try
        {
            return new Recording(FlowProbes.Attach(new FlowProbeOptions { RingBufferBytes = ringBytes }));
        }
        catch (ProbeUnavailableException e) when (e.Message.Contains("CAP_BPF") || e.Message.Contains("BTF"))
        {
            Assert.Skip($"needs CAP_BPF and BTF: {e.Message}");
            throw;
        }
    }

    public void Drain()
    {
        Records += Probes.Drain(e => Flows.Add(new SeenFlow(e)), e => Retransmits.Add(new SeenRetransmit(e)));
    }

    /// <summary>Drains until this many events of the kind are there for connections of this listener, both ends counted.</summary>
    public List<SeenFlow> Await(IPEndPoint listener, FlowEventKind kind, int count)
    {
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            Drain();
            List<SeenFlow> found = [.. Flows.Where(flow => flow.Kind == kind && flow.IsOf(listener))];
            if (found.Count >= count || Stopwatch.GetElapsedTime(begin) > s_patience)
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

    public void Dispose()
    {
        Probes.Dispose();
    }
}
