using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Tracing;

public sealed class TraceHeadersTests
{
    private const string Task = "0af7651916cd43dd8448eb211c80319c";
    private const string Caller = "b7ad6b7169203331";

    [Theory]
    [InlineData($"00-{Task}-{Caller}-01")]
    [InlineData($"00-{Task}-{Caller}-00")]
    [InlineData($"00-{Task}-{Caller}-ff")]
    [InlineData($"cc-{Task}-{Caller}-01")]
    [InlineData($"cc-{Task}-{Caller}-01-what-the-future-will-be")]
    public void Reads_the_caller(string traceparent)
    {
        Assert.True(TryExtract(traceparent, null, out ActivityContext parent));
        Assert.Equal((Task, Caller), (parent.TraceId.ToHexString(), parent.SpanId.ToHexString()));
        Assert.True(parent.IsRemote);
    }

    /// <summary>The malformed values of W3C's own test suite for trace context, and then some.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00")]
    [InlineData($"00-{Task}-{Caller}")]
    [InlineData($"00-{Task}-{Caller}-")]
    [InlineData($"00-{Task}-{Caller}-1")]
    [InlineData($"00-{Task}-{Caller}-011")]
    [InlineData($"00-{Task}-{Caller}-.1")]
    [InlineData($"00-{Task}-{Caller}-0x")]
    [InlineData($"00-{Task}-{Caller}-01-what-the-future-will-be")]
    [InlineData($"00-{Task}-{Caller}-01.")]
    [InlineData($"cc-{Task}-{Caller}-01.what-the-future-will-be")]
    [InlineData($"ff-{Task}-{Caller}-01")]
    [InlineData($"0x-{Task}-{Caller}-01")]
    [InlineData($"0-{Task}-{Caller}-01")]
    [InlineData($"00_{Task}_{Caller}_01")]
    [InlineData($"00-{Task}.{Caller}-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-.7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c1-b7ad6b7169203331-01")]
    [InlineData($"00-{Task}-{Caller}-01,00-{Task}-{Caller}-01")]
    public void A_malformed_caller_is_none(string? traceparent)
    {
        Assert.False(TryExtract(traceparent, "vendor=1", out ActivityContext parent));
        Assert.Equal(default, parent);
    }

    [Theory]
    [InlineData("vendor=1,other=a b", "vendor=1,other=a b")]
    [InlineData(null, null)]
    [InlineData("vendor=ä", null)]
    [InlineData("vendor=1\r\nX-Injected: 1", null)]
    public void Keeps_a_state_that_a_header_can_carry(string? tracestate, string? kept)
    {
        Assert.True(TryExtract($"00-{Task}-{Caller}-01", tracestate, out ActivityContext parent));
        Assert.Equal(kept, parent.TraceState);
    }

    [Fact]
    public void What_is_injected_is_extracted()
    {
        var caller = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), default, "vendor=1");
        using Activity span = Spans.StartServed("test", caller);
        Dictionary<string, string> headers = Inject(span);

        Assert.True(TraceHeaders.TryExtract(headers.GetValueOrDefault, out ActivityContext read));
        Assert.Equal((span.TraceId, span.SpanId, "vendor=1"), (read.TraceId, read.SpanId, read.TraceState));
        Assert.Equal(caller.TraceId, read.TraceId);
        Assert.DoesNotContain(TraceHeaders.Baggage, headers.Keys);
    }

    [Theory]
    [InlineData("agent-a", "agent-a")]
    [InlineData("a b", "a%20b")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("ä→\U0001F600", "%C3%A4%E2%86%92%F0%9F%98%80")]
    [InlineData("a,b;c=d\"\\%", "a%2Cb%3Bc%3Dd%22%5C%25")]
    [InlineData("", "")]
    public void Baggage_is_percent_encoded_and_comes_back(string value, string encoded)
    {
        using Activity span = Spans.StartTask("test");
        span.SetBaggage("key", value);
        string header = Inject(span)[TraceHeaders.Baggage];

        Assert.Equal($"key={encoded}", header);
        Assert.Equal([new("key", value)], TraceHeaders.ParseBaggage(header));
    }

    [Fact]
    public void A_value_that_a_span_sets_anew_is_sent_once()
    {
        using Activity task = Spans.StartTask("test");
        task.SetBaggage("key", "outer");
        task.SetBaggage("other", "1");
        using Activity call = Spans.StartCall(CallKind.Tool, "call");
        call.SetBaggage("key", "inner");

        Assert.Equal("key=inner,other=1", Inject(call)[TraceHeaders.Baggage]);
    }

    [Theory]
    [InlineData("k=v", "k:v")]
    [InlineData(" k = v , l=w ", "k:v l:w")]
    [InlineData("k=v;property=1;other,l=w", "k:v l:w")]
    [InlineData("k=a=b", "k:a=b")]
    [InlineData("k=a+b", "k:a+b")]
    [InlineData("k=%", "k:%")]
    [InlineData("k=%zz", "k:%zz")]
    [InlineData("k=", "k:")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData(",,=v, =v,novalue,ok=1", "ok:1")]
    [InlineData("a b=v,ä=v,k(=v,ok=1", "ok:1")]
    [InlineData("k=1,k=2", "k:1 k:2")]
    public void Reads_the_well_formed_members_of_baggage(string? header, string members)
    {
        Assert.Equal(members, string.Join(' ', TraceHeaders.ParseBaggage(header).Select(member => $"{member.Key}:{member.Value}")));
    }

    [Fact]
    public void Carries_as_much_baggage_as_W3C_asks_for_and_no_more()
    {
        string members = string.Join(',', Enumerable.Range(0, 65).Select(i => $"k{i}=v"));
        Assert.Equal(64, TraceHeaders.ParseBaggage(members).Count());

        Assert.Single(TraceHeaders.ParseBaggage("k=" + new string('v', 8190)));
        Assert.Empty(TraceHeaders.ParseBaggage("k=" + new string('v', 8191)));
    }

    [Fact]
    public void Noise_is_read_or_ignored()
    {
        var random = new Random(1);
        for (int round = 0; round < 10_000; round++)
        {
            string noise = string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => "=;,%k0- \t\"ä\0"[random.Next(12)]));
            foreach ((string key, string value) in TraceHeaders.ParseBaggage(noise))
            {
                using Activity span = Spans.StartTask("test");
                span.SetBaggage(key, value);
                Assert.Equal([new(key, value)], TraceHeaders.ParseBaggage(Inject(span)[TraceHeaders.Baggage]));
            }

            Assert.False(TryExtract(noise, noise, out _));
        }
    }

    private static bool TryExtract(string? traceparent, string? tracestate, out ActivityContext parent) =>
        TraceHeaders.TryExtract(name => name == TraceHeaders.TraceParent ? traceparent : tracestate, out parent);

    private static Dictionary<string, string> Inject(Activity span)
    {
        var headers = new Dictionary<string, string>();
        TraceHeaders.Inject(span, headers.Add);
        return headers;
    }
}
