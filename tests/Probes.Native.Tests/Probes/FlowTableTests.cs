using NodeBox.Probes.Native.Probes;
using NodeBox.Probes.Native.Sys;

namespace NodeBox.Probes.Native.Tests.Probes;

public sealed class FlowTableTests
{
    private const int Batch = 4096;

    /// <summary>Machines whose CPUs are all at the beginning of a batch of cookies, each with as many open flows.</summary>
    [Theory]
    [InlineData(1, 4000)]
    [InlineData(4, 900)]
    [InlineData(8, 500)]
    [InlineData(16, 250)]
    [InlineData(64, 60)]
    [InlineData(128, 30)]
    public void Flows_of_all_cpus_find_places(int cpus, int flowsOfEach)
    {
        HashSet<ulong> taken = [];
        IEnumerable<ulong> cookies =
            from flow in Enumerable.Range(1, flowsOfEach)
            from cpu in Enumerable.Range(0, cpus)
            select (ulong)((cpu * Batch) + flow);

        Assert.All(cookies, cookie => Assert.True(Take(taken, cookie, new FlowProbeOptions().FlowPlaces), $"cookie {cookie} finds no place"));
    }

    [Fact]
    public void A_kernel_that_finds_the_table_too_big_gets_a_smaller_one()
    {
        List<int> asked = [];

        FlowProbeOptions made = ProbeMaps.WithFittingPlaces(new FlowProbeOptions { FlowPlaces = 1 << 14, Packets = true }, options =>
        {
            asked.Add(options.FlowPlaces);
            return FlowTable.Bytes(options) > 1 << 22 ? throw new BpfException("BPF_MAP_CREATE nodebox_flows", Errno.E2BIG) : options;
        });

        Assert.Equal([1 << 14, 1 << 13, 1 << 12, 1 << 11], asked);
        Assert.Equal((1 << 11, true), (made.FlowPlaces, made.Packets));
    }

    [Theory]
    [InlineData(Errno.E2BIG, 5)]
    [InlineData(Errno.EPERM, 1)]
    public void Refusals_that_no_smaller_table_mends_come_through(int errno, int attempts)
    {
        int made = 0;

        BpfException refused = Assert.Throws<BpfException>(() => ProbeMaps.WithFittingPlaces<int>(new FlowProbeOptions(), _ =>
        {
            made++;
            throw new BpfException("BPF_MAP_CREATE nodebox_flows", errno);
        }));

        Assert.Equal((errno, attempts), (refused.Errno, made));
    }

    private static bool Take(HashSet<ulong> taken, ulong cookie, int places)
    {
        for (uint i = 0; i < FlowTable.Reach; i++)
        {
            if (taken.Add((FlowTable.FirstPlace(cookie) + i) % (ulong)places))
            {
                return true;
            }
        }

        return false;
    }
}
