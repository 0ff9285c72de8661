using System.Diagnostics;
using System.Text;
using NodeBox.Roles.Tools;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>Sessions of the revisions up to 2025-11-25.</summary>
public sealed class SessionsTests
{
    private const string List = """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""";
    private const string SlowArguments = "\"name\":\"work\",\"arguments\":{\"latency_ms\":60000,\"response_bytes\":1,\"error_rate\":0}";
    private const string SlowWork = $$$"""{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{ {{{SlowArguments}}} } }""";

    [Fact]
    public async Task A_session_ends_with_delete()
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        using var client = new RawMcp(listener.Mcp);
        Dictionary<string, string?> session = RawMcp.Headers(("Mcp-Session-Id", await client.OpenSessionAsync()));

        RawAnswer before = await client.PostAsync(List, session);
        RawAnswer ended = await client.SendAsync(HttpMethod.Delete, default, session);
        RawAnswer after = await client.PostAsync(List, session);
        RawAnswer again = await client.SendAsync(HttpMethod.Delete, default, session);

        Assert.Equal([200, 204, 404, 404], [before.Status, ended.Status, after.Status, again.Status]);
    }

    [Fact]
    public async Task An_idle_session_expires_and_a_used_one_does_not()
    {
        var clock = new ManualClock();
        var settings = new ToolsSettings { SessionIdleTimeout = TimeSpan.FromMinutes(10) };
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync(settings, clock);
        using var client = new RawMcp(listener.Mcp);
        Dictionary<string, string?> used = RawMcp.Headers(("Mcp-Session-Id", await client.OpenSessionAsync()));
        Dictionary<string, string?> idle = RawMcp.Headers(("Mcp-Session-Id", await client.OpenSessionAsync()));

        clock.Advance(TimeSpan.FromMinutes(6));
        RawAnswer usedMeanwhile = await client.PostAsync(List, used);
        clock.Advance(TimeSpan.FromMinutes(6));
        RawAnswer usedAfter = await client.PostAsync(List, used);
        RawAnswer idleAfter = await client.PostAsync(List, idle);

        Assert.Equal([200, 200, 404], [usedMeanwhile.Status, usedAfter.Status, idleAfter.Status]);
    }

    [Fact]
    public async Task Sessions_beyond_the_bound_are_refused_until_one_ends_or_expires()
    {
        var clock = new ManualClock();
        var settings = new ToolsSettings { MaxSessions = 2 };
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync(settings, clock);
        using var client = new RawMcp(listener.Mcp);
        string first = await client.OpenSessionAsync();
        await client.OpenSessionAsync();

        RawAnswer full = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers());
        await client.SendAsync(HttpMethod.Delete, default, RawMcp.Headers(("Mcp-Session-Id", first)));
        RawAnswer afterDelete = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers());
        RawAnswer fullAgain = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers());
        clock.Advance(settings.SessionIdleTimeout);
        RawAnswer afterExpiry = await client.PostAsync(RawMcp.Initialize, RawMcp.Headers());

        Assert.Equal([503, 200, 503, 200], [full.Status, afterDelete.Status, fullAgain.Status, afterExpiry.Status]);
        Assert.Contains("all 2 sessions are open", full.ErrorMessage);
    }

    [Fact]
    public async Task A_refused_handshake_keeps_no_session()
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync(new ToolsSettings { MaxSessions = 1 });
        using var client = new RawMcp(listener.Mcp);
        string laterRevision = RawMcp.Initialize.Replace("2025-11-25", "2026-07-28");

        for (int i = 0; i < 3; i++)
        {
            RawAnswer answer = await client.PostAsync(laterRevision, RawMcp.Headers());
            Assert.True(answer.ErrorCode == -32022, $"{i}: {answer.Status} {answer.Body}");
        }

        await client.OpenSessionAsync();
    }

    [Fact]
    public async Task The_stream_opens_once_and_ends_with_the_session()
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        using var client = new RawMcp(listener.Mcp);
        Dictionary<string, string?> session = RawMcp.Headers(("Mcp-Session-Id", await client.OpenSessionAsync()));

        // Which of the two comes first is open; the other one is refused.
        Task<RawAnswer> one = client.SendAsync(HttpMethod.Get, default, session);
        Task<RawAnswer> other = client.SendAsync(HttpMethod.Get, default, session);
        Task<RawAnswer> refused = await Task.WhenAny(one, other);
        Task<RawAnswer> stream = refused == one ? other : one;

        Assert.Equal(409, (await refused).Status);
        Assert.False(stream.IsCompleted);
        await client.SendAsync(HttpMethod.Delete, default, session);
        RawAnswer ended = await stream.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(200, ended.Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Later_revisions_have_post_only(string method)
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        using var client = new RawMcp(listener.Mcp);

        RawAnswer answer = await client.SendAsync(
            new HttpMethod(method), default, RawMcp.Headers(("MCP-Protocol-Version", "2026-07-28")));

        Assert.Equal(405, answer.Status);
    }

    [Fact]
    public async Task A_cancelled_call_ends_at_once()
    {
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        using var client = new RawMcp(listener.Mcp);
        Dictionary<string, string?> session = RawMcp.Headers(("Mcp-Session-Id", await client.OpenSessionAsync()));
        var clock = Stopwatch.StartNew();

        Task<RawAnswer> call = client.PostAsync(SlowWork, session);
        await Task.Delay(100);
        await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}""", session);
        await client.SendAsync(HttpMethod.Delete, default, session);

        await call.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task In_later_revisions_closing_the_response_cancels_the_call()
    {
        using var spans = new SpanLog();
        await using LoopbackListener listener = await LoopbackListener.StartSyntheticAsync();
        using var client = new RawMcp(listener.Mcp);
        ActivityTraceId task = ActivityTraceId.CreateRandom();
        byte[] body = Encoding.UTF8.GetBytes(RawMcp.Modern("tools/call", SlowArguments + ","));
        using var giveUp = new CancellationTokenSource();
        using var calls = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "nodebox",
            ActivityStarted = call =>
            {
                if (call.TraceId == task)
                {
                    giveUp.CancelAfter(TimeSpan.FromMilliseconds(50));
                }
            },
        };
        ActivitySource.AddActivityListener(calls);

        Dictionary<string, string?> headers = RawMcp.ModernHeaders(
            "tools/call", ("Mcp-Name", "work"), ("traceparent", $"00-{task}-00f067aa0ba902b7-01"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(HttpMethod.Post, body, headers, giveUp.Token));

        // The served span ends when the call does: long before the 60 s that it would have taken.
        Activity served = Assert.Single(await spans.OfAsync(task, 1));
        Assert.True(served.Duration < TimeSpan.FromSeconds(30));
    }

    private sealed class ManualClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
    }
}
