using System.Diagnostics;
using NodeBox.Probes.Native;

namespace NodeBox.Kernel.Tests;

/// <summary>The account of the programs at the highest connection rate of this machine, with a ring too small for a reader that pauses.</summary>
public sealed class LedgerStressTests
{
    private const int RingBytes = 1 << 20;

    // Opened at the active end; established and closed at both.
    private const int RecordsPerConnection = 5;
    private const long MayGrowBytes = 64 << 20;

    private static readonly TimeSpan s_drainEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_reader_that_pauses_loses_what_is_counted_and_nothing_else()
    {
        QuietNamespace.Run(() =>
        {
            using Recording recording = Recording.Start(RingBytes);
            FlowProbes probes = recording.Probes;
            Reader reader = new(probes);
            LedgerStressLoad load = new();
            reader.Read(s_reading);
            long memoryBefore = Environment.WorkingSet;
            long begin = Stopwatch.GetTimestamp();
            long connectionsBefore = load.Connections;

            Thread.Sleep(s_pause);
            double perSecond = (load.Connections - connectionsBefore) / Stopwatch.GetElapsedTime(begin).TotalSeconds;
            reader.Read(s_reading);

            load.Stop();
            long made = load.Connections;
            ProbeLedger state = AwaitState(probes, RecordsPerConnection * made);
            reader.Drain();
            IReadOnlyList<ProbeLedger> ledgers = probes.ReadLedgers();
            long grown = Environment.WorkingSet - memoryBefore;
            Console.WriteLine(
                $"{made:N0} connections, {perSecond:N0}/s and {perSecond * RecordsPerConnection:N0} records/s while nobody read; "
                + $"{reader.Records:N0} records read, {state.Dropped:N0} dropped, {state.Missed:N0} missed; memory grew by {grown / 1e6:N1} MB");

            ulong expected = (ulong)(RecordsPerConnection * made);
            ProbeLedger owner = ledgers.Single(ledger => ledger.Probe == "tcp_rcv_space_adjust");
            Assert.All(ledgers, ledger => Assert.True(ledger.Balances, ledger.ToString()));
            AssertCounted(expected, state.Emitted + state.Dropped, state.Missed);
            AssertCounted((ulong)made, owner.Aggregated, owner.Missed);
            AssertCounted(expected - (ulong)reader.Flows, state.Dropped, state.Missed);
            Assert.Equal((ulong)reader.Records, ledgers.Aggregate(0ul, (sum, ledger) => sum + ledger.Emitted));
            Assert.InRange(state.Dropped, 1ul, expected - 1);
            Assert.InRange(grown, long.MinValue, MayGrowBytes);
        });
    }

    // A softirq can interrupt a program and run it again on its CPU; the kernel skips that run and counts it. Without such it is exact.
    private static void AssertCounted(ulong made, ulong counted, ulong missed)
    {
        Assert.InRange(counted, made - missed, made);
    }

    // The last connections may still be closing.
    private static ProbeLedger AwaitState(FlowProbes probes, long records)
    {
        ProbeLedger state = probes.ReadLedgers().Single(ledger => ledger.Probe == "inet_sock_set_state");
        for (int i = 0; i < 250 && state.Emitted + state.Dropped < (ulong)records; i++)
        {
            Thread.Sleep(s_drainEvery);
            state = probes.ReadLedgers().Single(ledger => ledger.Probe == "inet_sock_set_state");
        }

        return state;
    }

    /// <summary>Reads as a node does and keeps nothing but counts.</summary>
    private sealed class Reader
    {
        private readonly FlowProbes _probes;
        private readonly FlowHandlers _handlers;

        public Reader(FlowProbes probes)
        {
            _probes = probes;
            _handlers = new FlowHandlers
            {
                Flow = _ => Flows++,
                Retransmit = _ => { },
                Rtt = _ => { },
                Bursts = (_, _) => { },
                Duplicates = _ => { },
                Packets = (_, _) => { },
            };
        }

        public long Records { get; private set; }

        public long Flows { get; private set; }

        public void Read(TimeSpan time)
        {
            long begin = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begin) < time)
            {
                Drain();
                Thread.Sleep(s_drainEvery);
            }
        }

        public void Drain()
        {
            Records += _probes.Drain(_handlers);
        }
    }
}
