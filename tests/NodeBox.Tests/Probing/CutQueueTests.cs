using NodeBox.Probing;
using NodeBox.Telemetry.Http;

namespace NodeBox.Tests.Probing;

public sealed class CutQueueTests
{
    [Fact]
    public void Cuts_come_in_order_and_a_full_queue_counts_what_it_drops()
    {
        var queue = new CutQueue();
        for (uint i = 0; i < CutQueue.Capacity + 10; i++)
        {
            queue.Add(new SliceCut(1, i, null, SliceKind.Llm, 0, 0, 0, null, null));
        }

        Assert.Equal((CutQueue.Capacity, 10), (queue.Count, queue.Dropped));
        for (uint i = 0; i < CutQueue.Capacity; i++)
        {
            Assert.True(queue.TryTake(out SliceCut cut));
            Assert.Equal(i, cut.Slice);
        }

        Assert.False(queue.TryTake(out _));
        Assert.Equal(0, queue.Count);
    }
}
