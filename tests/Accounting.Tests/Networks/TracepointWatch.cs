using System.Globalization;
using System.Net;
using NodeBox.Smoke.Tests;

namespace NodeBox.Accounting.Tests.Networks;

/// <summary>What bpftrace says of a connection that ended.</summary>
/// <param name="Local">This end.</param>
/// <param name="Remote">The other end.</param>
/// <param name="TxBytes">Payload bytes sent, each once.</param>
/// <param name="RxBytes">Payload bytes received.</param>
/// <param name="TxSegs">Data segments sent, each once.</param>
/// <param name="RxSegs">Data segments received.</param>
/// <param name="RetransSegs">Segments sent again.</param>
/// <param name="Retransmissions">How many times the kernel sent again, by its own tracepoint.</param>
internal sealed record TracedConnection(
    IPEndPoint Local, IPEndPoint Remote, long TxBytes, long RxBytes, long TxSegs, long RxSegs, long RetransSegs, long Retransmissions);

/// <summary>
/// A running bpftrace that prints the connections of <see cref="CaseNetwork"/>'s node when they end, from tracepoints alone: kernels without
/// kprobes have these.
/// </summary>
internal sealed class TracepointWatch : IDisposable
{
    // TCP_CLOSE is 7 (include/net/tcp_states.h). The count of received bytes includes a FIN, of which SOCK_DONE, flag 1, tells
    // (tcp_fin in net/ipv4/tcp_input.c). printf takes few arguments, and those of two CPUs interleave: so each prints a line, and the
    // time names the connection. Whether a signal wants it to end it asks after an event (0.17) and would wait for one: hence the interval.
    private const string Script =
        """
        tracepoint:tcp:tcp_retransmit_skb { @again[args->skaddr] += 1; }
        tracepoint:sock:inet_sock_set_state
        / args->newstate == 7 && args->saddr[0] == 10 && args->saddr[1] == 78 && args->saddr[2] == 0 && args->saddr[3] == 1 /
        {
          $tcp = (struct tcp_sock *)args->skaddr;
          $sock = (struct sock *)args->skaddr;
          $fin = ($sock->__sk_common.skc_flags >> 1) & 1;
          $id = nsecs;
          printf("end %lu %s %d %s %d\n", $id, ntop(args->saddr), args->sport, ntop(args->daddr), args->dport);
          printf("bytes %lu %lu %lu\n", $id, $tcp->bytes_sent - $tcp->bytes_retrans, $tcp->bytes_received - $fin);
          printf("segs %lu %u %u\n", $id, $tcp->data_segs_out - $tcp->total_retrans, $tcp->data_segs_in);
          printf("again %lu %u %d\n", $id, $tcp->total_retrans, @again[args->skaddr]);
          delete(@again[args->skaddr]);
        }
        interval:s:1 { printf("tick\n"); }
        BEGIN { printf("ready\n"); }
        """;

    private readonly Invocation _bpftrace;

    private TracepointWatch(Invocation bpftrace) => _bpftrace = bpftrace;

    /// <summary>Starts it and waits until it watches.</summary>
    public static async Task<TracepointWatch> StartAsync(string folder)
    {
        // It looks for tracepoints in tracefs, which only it needs mounted.
        const string Mounted = "mount -t tracefs tracefs /sys/kernel/tracing && exec bpftrace -e \"$0\"";
        Invocation bpftrace = Invocation.Start(folder, "unshare", "--mount", "sh", "-c", Mounted, Script);
        try
        {
            await bpftrace.SayAsync("ready");
            return new TracepointWatch(bpftrace);
        }
        catch
        {
            bpftrace.Dispose();
            throw;
        }
    }

    /// <summary>Ends it and returns the connections that ended.</summary>
    public async Task<IReadOnlyList<TracedConnection>> StopAsync()
    {
        // It ends with the events unread that are in its buffers by then.
        await _bpftrace.UntilIdleAsync();
        Signals.Send(_bpftrace.Pid, Signals.Interrupt);
        Outcome outcome = (await _bpftrace.EndAsync(Patience.ForProgress)).Expect(0);
        Assert.DoesNotContain(outcome.Errors.Concat(outcome.Out), static line => line.StartsWith("Lost ", StringComparison.Ordinal));
        ILookup<(string Id, string What), string[]> lines = outcome.Out
            .Select(static line => line.Split(' '))
            .Where(static words => words[0] is "end" or "bytes" or "segs" or "again")
            .ToLookup(static words => (words[1], words[0]), static words => words[2..]);
        return
        [
            .. from ended in lines
               where ended.Key.What == "end"
               let id = ended.Key.Id
               select Parse(
                   [.. ended.Single(), .. lines[(id, "bytes")].Single(), .. lines[(id, "segs")].Single(), .. lines[(id, "again")].Single()]),
        ];
    }

    public void Dispose() => _bpftrace.Dispose();

    private static TracedConnection Parse(string[] words)
    {
        long Number(int at) => long.Parse(words[at], CultureInfo.InvariantCulture);
        IPEndPoint EndPoint(int at) => new(IPAddress.Parse(words[at]), (int)Number(at + 1));
        return new TracedConnection(EndPoint(0), EndPoint(2), Number(4), Number(5), Number(6), Number(7), Number(8), Number(9));
    }
}
