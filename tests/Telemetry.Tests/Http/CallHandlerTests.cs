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
        Assert.Equal((Tag.Of(call), SliceKind.Tool), (sent.Exchange.Tag, sent.Exchange.Kind));
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
    public async Task Each_attempt_is_an_exchange_of_its_own_and_none_is_left_behind()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity call = Spans.StartTask("task");
        await http.GetAsync(s_url);
        Assert.Null(Exchange.Current);
        inner.Failure = new HttpRequestException("refused");
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(s_url));
        Assert.Null(Exchange.Current);

        Assert.Equal(inner.Requests[0].Exchange.Tag, inner.Requests[1].Exchange.Tag);
        Assert.NotSame(inner.Requests[0].Exchange, inner.Requests[1].Exchange);
    }

    [Fact]
    public async Task Calls_that_go_on_together_keep_their_own_exchanges()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        Tag[] tags = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using Activity call = Spans.StartTask("task");
            await http.GetAsync(s_url);
            return Tag.Of(call);
        }));

        Assert.Equal(tags.ToHashSet(), inner.Requests.Select(sent => sent.Exchange.Tag!).ToHashSet());
        Assert.All(inner.Requests, sent => Assert.Same(sent.Exchange, sent.ExchangeAfterwards));
    }

    [Fact]
    public async Task A_request_without_a_span_goes_untouched_as_an_exchange_of_nobody()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using var framework = new Activity("framework");
        framework.Start();
        await http.GetAsync(s_url);

        Sent sent = Assert.Single(inner.Requests);
        Assert.Null(sent.Header(TraceHeaders.TraceParent));
        Assert.Equal((null, SliceKind.Other), (sent.Exchange.Tag, sent.Exchange.Kind));
    }

    [Theory]
    [InlineData(CallKind.Llm, SliceKind.Llm)]
    [InlineData(CallKind.Tool, SliceKind.Tool)]
    [InlineData(CallKind.ToolDiscovery, SliceKind.Tool)]
    [InlineData(CallKind.Agent, SliceKind.Agent)]
    [InlineData(CallKind.AgentDiscovery, SliceKind.Agent)]
    [InlineData(CallKind.Service, SliceKind.Service)]
    public async Task The_kind_is_what_the_other_end_serves(CallKind call, object kind)
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity span = Spans.StartCall(call, "call");
        await http.GetAsync(s_url);
        Assert.Equal(kind, Assert.Single(inner.Requests).Exchange.Kind);
    }

    [Fact]
    public async Task A_body_that_writes_from_another_context_names_its_call()
    {
        var inner = new Inner();
        using var http = new HttpClient(new CallHandler(inner));
        using Activity call = Spans.StartTask("task");
        var named = new List<Tag?>();
        using var wire = new NamingStream(named);
        inner.Wire = wire;
        using var content = new ElsewhereContent("text/plain");
        using HttpResponseMessage response = await http.PostAsync(s_url, content);

        Assert.Equal(ElsewhereContent.Writes, named.Count);
        Assert.All(named, tag => Assert.Equal(Tag.Of(call), tag));
        Assert.Equal("text/plain", inner.ContentType);
        Assert.Null(Exchange.Current);
    }

    private sealed record Sent(HttpRequestMessage Request, Exchange Exchange)
    {
        public Exchange? ExchangeAfterwards { get; set; }

        public IEnumerable<string>? Header(string name) =>
            Request.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values : null;
    }

    private sealed class Inner : HttpMessageHandler
    {
        private readonly Lock _adding = new();

        public List<Sent> Requests { get; } = [];

        public Exception? Failure { get; set; }

        /// <summary>Where bodies are written to.</summary>
        public Stream? Wire { get; set; }

        public string? ContentType { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sent = new Sent(request, Exchange.Current!);
            lock (_adding)
            {
                Requests.Add(sent);
            }

            await Task.Yield();
            ContentType = request.Content?.Headers.ContentType?.ToString();
            await (Wire is null || request.Content is null ? Task.CompletedTask : request.Content.CopyToAsync(Wire, cancellationToken));
            sent.ExchangeAfterwards = Exchange.Current;
            return Failure is null ? new HttpResponseMessage() : throw Failure;
        }
    }

    /// <summary>Notes the tag of the exchange that each write and flush names.</summary>
    private sealed class NamingStream(List<Tag?> named) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            named.Add(Exchange.Current?.Tag);
            await Task.Yield();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => named.Add(Exchange.Current?.Tag);

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            named.Add(Exchange.Current?.Tag);
            return Task.CompletedTask;
        }

        public override void Flush() => named.Add(Exchange.Current?.Tag);
    }
}
