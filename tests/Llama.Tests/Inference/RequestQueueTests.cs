using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Inference;

public sealed class RequestQueueTests
{
    [Fact]
    public void Takes_in_order_as_many_as_there_are_slots()
    {
        var queue = new RequestQueue<Embedding>(slots: 2, limit: 1, added: () => { });
        Embedding[] requests = [Request(), Request(), Request()];
        Array.ForEach(requests, queue.Add);

        Assert.Equal(requests[0], queue.Take(_ => true));
        Assert.Equal(requests[1], queue.Take(_ => true));
        Assert.Null(queue.Take(_ => true));
        queue.Return();
        Assert.Null(queue.Take(_ => false));
        Assert.Equal(requests[2], queue.Take(_ => true));
        Assert.Equal((2, 0), (queue.Active, queue.Waiting));
    }

    [Fact]
    public void Holds_what_fits_the_slots_even_where_nothing_may_wait()
    {
        var queue = new RequestQueue<Embedding>(slots: 1, limit: 0, added: () => { });
        queue.Add(Request());

        Assert.Throws<QueueFullException>(() => queue.Add(Request()));
    }

    [Fact]
    public void Gives_the_places_of_cancelled_requests_to_others()
    {
        using var cancel = new CancellationTokenSource();
        var queue = new RequestQueue<Embedding>(slots: 1, limit: 2, added: () => { });
        Embedding kept = Request();
        Embedding last = Request();
        queue.Add(Request(cancel.Token));
        queue.Add(kept);
        queue.Add(Request(cancel.Token));
        Assert.Throws<QueueFullException>(() => queue.Add(last));

        cancel.Cancel();
        queue.Add(last);

        Assert.Equal(2, queue.Waiting);
        Assert.Equal(kept, queue.Take(_ => true));
    }

    [Fact]
    public async Task Ends_what_waits_when_it_is_closed()
    {
        var queue = new RequestQueue<Embedding>(slots: 1, limit: 2, added: () => { });
        Embedding waiting = Request();
        queue.Add(waiting);

        queue.Close(new DecodeException("the end"));

        await Assert.ThrowsAsync<DecodeException>(() => waiting.Task);
        Assert.Throws<ObjectDisposedException>(() => queue.Add(Request()));
    }

    private static Embedding Request(CancellationToken cancellation = default) => new([1], TimeSpan.FromMinutes(1), cancellation);
}
