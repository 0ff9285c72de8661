using System.Diagnostics;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class CallHandlerTests
{
    private static readonly Uri s_url = new("http://service.invalid/");

    [Fact]
    public async Task Sends_the_calls_span_and_agent()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity task = Spans.StartTask("task");
        using Activity call = Spans.StartCall(CallKind.Tool, "call", "agent-a");
        call.TraceStateString = "vendor=1";
        await http.GetAsync(s_url);

        Sent sent = Assert.Single(inner.Requests);
        Assert.Equal([$"00-{call.TraceId}-{call.SpanId}-01"], sent.Header(TraceHeaders.TraceParent));
        Assert.Equal(["vendor=1"], sent.Header(TraceHeaders.TraceState));
        Assert.Equal(["nodebox.agent=agent-a"], sent.Header(TraceHeaders.Baggage));
        Assert.Equal(Tag.Of(call), sent.Tag);
    }

    [Fact]
    public async Task Replaces_headers_that_somebody_else_set()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity call = Spans.StartTask("task");
        using var request = new HttpRequestMessage(HttpMethod.Get, s_url);
        request.Headers.Add(TraceHeaders.TraceParent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        await http.SendAsync(request);

        Assert.Equal([$"00-{call.TraceId}-{call.SpanId}-01"], Assert.Single(inner.Requests).Header(TraceHeaders.TraceParent));
    }

    [Fact]
    public async Task Each_attempt_has_a_tag_of_its_own_and_none_is_left_behind()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity call = Spans.StartTask("task");
        await http.GetAsync(s_url);
        Assert.Null(Tag.Current);
        inner.Failure = new HttpRequestException("refused");
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(s_url));
        Assert.Null(Tag.Current);

        Assert.Equal(inner.Requests[0].Tag, inner.Requests[1].Tag);
        Assert.NotSame(inner.Requests[0].Tag, inner.Requests[1].Tag);
    }

    [Fact]
    public async Task Calls_that_go_on_together_keep_their_own_tags()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        Tag[] tags = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using Activity call = Spans.StartTask("task");
            await http.GetAsync(s_url);
            return Tag.Of(call);
        }));

        Assert.Equal(tags.ToHashSet(), inner.Requests.Select(sent => sent.Tag!).ToHashSet());
        Assert.All(inner.Requests, sent => Assert.Equal(sent.Tag, sent.TagAfterwards));
    }

    [Fact]
    public async Task A_request_without_a_span_goes_untouched()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        await http.GetAsync(s_url);

        Sent sent = Assert.Single(inner.Requests);
        Assert.Null(sent.Header(TraceHeaders.TraceParent));
        Assert.Null(sent.Tag);
    }

    private sealed record Sent(HttpRequestMessage Request, Tag? Tag)
    {
        public Tag? TagAfterwards { get; set; }

        public IEnumerable<string>? Header(string name) =>
            Request.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values : null;
    }

    private sealed class Inner : HttpMessageHandler
    {
        private readonly Lock _adding = new();

        public List<Sent> Requests { get; } = [];

        public Exception? Failure { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sent = new Sent(request, Tag.Current);
            lock (_adding)
            {
                Requests.Add(sent);
            }

            await Task.Yield();
            sent.TagAfterwards = Tag.Current;
            return Failure is null ? new HttpResponseMessage() : throw Failure;
        }
    }
}
