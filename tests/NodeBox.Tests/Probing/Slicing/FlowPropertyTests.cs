using FsCheck;
using FsCheck.Fluent;
using NodeBox.Telemetry.V1;

namespace NodeBox.Tests.Probing.Slicing;

/// <summary>Whatever order cuts and facts are read in, within their causal order, and wherever flushes fall: the slices are the same.</summary>
public sealed class FlowPropertyTests
{
    private static readonly Gen<uint[]> s_bursts = Gen.Choose(0, 3).SelectMany(static count => Gen.Choose(1, 40_000).Select(static bytes => (uint)bytes).ArrayOf(count));

    private static readonly Gen<ModelExchange> s_exchange =
        from tx in s_bursts
        from rx in s_bursts
        from rtts in Gen.Choose(0, 5)
        from duplicates in Gen.Choose(0, 3)
        from retransmits in Gen.Choose(0, 2)
        select new ModelExchange(tx, rx, rtts, duplicates, retransmits);

    private static readonly Gen<(ModelExchange[] Exchanges, int[] Choices)> s_flow =
        from count in Gen.Choose(1, 8)
        from exchanges in s_exchange.ArrayOf(count)
        from choices in Gen.Choose(0, 1000).ArrayOf(50)
        select (exchanges, choices);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Slices_do_not_depend_on_the_order_of_reading(bool isPassive)
    {
        Prop.ForAll(s_flow.ToArbitrary(), flow =>
        {
            var model = new ModelFlow(flow.Exchanges, isPassive);
            model.AssertExpected(model.Play(flow.Choices));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Slices_add_up_to_the_flow(bool isPassive)
    {
        Prop.ForAll(s_flow.ToArbitrary(), flow =>
        {
            var model = new ModelFlow(flow.Exchanges, isPassive);
            IReadOnlyCollection<SliceRecord> slices = [.. model.Play(flow.Choices).Values];
            Assert.Equal(model.Totals.TxBytes, slices.Sum(static slice => (long)slice.TxBytes));
            Assert.Equal(model.Totals.RxBytes, slices.Sum(static slice => (long)slice.RxBytes));
            Assert.Equal(model.Totals.TxSegs, slices.Sum(static slice => (long)slice.TxSegs));
            Assert.Equal(model.Totals.RxSegs, slices.Sum(static slice => (long)slice.RxSegs));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Offsets_beyond_4_GiB_are_told_apart()
    {
        var exchange = new ModelExchange([1_000_000_000], [1_000_000_000], Rtts: 2, LateDuplicates: 1, Retransmits: 1);
        var model = new ModelFlow([.. Enumerable.Repeat(exchange, 12)], isPassive: false);

        // 59 is the last of any number up to six: the cuts' stream, which is the first, goes on only when all others wait for it.
        model.AssertExpected(model.Play([59]));
    }
}
