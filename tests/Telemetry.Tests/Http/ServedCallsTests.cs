using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tests.Tracing;
using NodeBox.Telemetry.Tracing;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class ServedCallsTests
{
    private readonly ActivityTraceId _task = ActivityTraceId.CreateRandom();
    private readonly ActivitySpanId _call = ActivitySpanId.CreateRandom();

    [Fact]
    public async Task A_traced_request_is_served_under_a_span_and_begins_a_slice()
    {
        using var recorded = new RecordedSpans();
        await using TracedHost host = await TracedHost.StartAsync(static context => context.Response.WriteAsync("answer"));
        using HttpResponseMessage response = await GetAsync(host, "nodebox.agent=agent-a,other=a%20b");

        SpanRecord span = Assert.Single(await recorded.OfAsync(_task, 1));
        Assert.Equal(("server", "GET /path", "ok"), (span.Kind, span.Name, span.Status));
        Assert.Equal((_call.ToHexString(), "agent-a"), (RecordedSpans.Hex(span.ParentSpanId), span.AgentId));
        Assert.Equal(
            """{"http.request.method":"GET","url.path":"/path","http.response.status_code":200}""",
            span.Attributes);
        SeenCut seen = Assert.Single(host.Cuts.Exchanges);
        Assert.Equal((new Tag(_task, _call, "agent-a"), SliceKind.Service, TagFlags.None), (seen.Cut.Tag, seen.Cut.Kind, seen.Flags));
    }

    [Fact]
    public async Task The_span_bears_the_name_of_the_agent_that_serves_and_the_tag_that_of_the_caller()
    {
        using var recorded = new RecordedSpans();
        string? baggage = null;
        await using TracedHost host = await TracedHost.StartAsync(
            context =>
            {
                TraceHeaders.Inject(Activity.Current!, (name, value) => baggage = name == TraceHeaders.Baggage ? value : baggage);
                return Task.CompletedTask;
            },
            "agent-b");
        using HttpResponseMessage response = await GetAsync(host, "nodebox.agent=agent-a,other=1");

        Assert.Equal("agent-b", Assert.Single(await recorded.OfAsync(_task, 1)).AgentId);
        Assert.Equal("agent-a", Assert.Single(host.Cuts.Tags)!.AgentId);
        Assert.Equal("other=1,nodebox.agent=agent-b", baggage);
    }

    [Theory]
    [InlineData("nodebox.agent=an%20agent%20whose%20name%20has%2033%20bytes!")]
    [InlineData("nodebox.agent=a%00b")]
    [InlineData("nodebox.agent=")]
    [InlineData("nodebox agent=agent-a")]
    public async Task A_name_that_no_tag_can_bear_is_left_out(string baggage)
    {
        using var recorded = new RecordedSpans();
        await using TracedHost host = await TracedHost.StartAsync(static context => context.Response.WriteAsync("answer"));
        using HttpResponseMessage response = await GetAsync(host, baggage);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(Assert.Single(await recorded.OfAsync(_task, 1)).HasAgentId);
        Assert.Null(Assert.Single(host.Cuts.Tags)!.AgentId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    public async Task An_untraced_request_is_served_without_a_span_and_its_slice_is_nobodys(string? traceparent)
    {
        string? source = "none yet";
        await using TracedHost host = await TracedHost.StartAsync(context =>
        {
            source = Activity.Current?.Source.Name;
            return context.Response.WriteAsync("answer");
        });
        using HttpResponseMessage response = await GetAsync(host, "nodebox.agent=agent-a", traceparent ?? "");

        Assert.Equal("answer", await response.Content.ReadAsStringAsync());
        Assert.NotEqual("nodebox", source);
        SliceCut cut = Assert.Single(host.Cuts.Exchanges).Cut;
        Assert.Equal((null, SliceKind.Other), (cut.Tag, cut.Kind));
    }

    [Fact]
    public async Task A_handler_that_throws_fails_the_span()
    {
        using var recorded = new RecordedSpans();
        await using TracedHost host = await TracedHost.StartAsync(static _ => throw new InvalidDataException("broken"));
        using HttpResponseMessage response = await GetAsync(host);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        SpanRecord span = Assert.Single(await recorded.OfAsync(_task, 1));
        Assert.Equal("error", span.Status);
        JsonElement attributes = RecordedSpans.Attributes(span);
        Assert.Equal("InvalidDataException", attributes.GetProperty("error.type").GetString());
        Assert.Equal("broken", attributes.GetProperty("otel.status_description").GetString());
    }

    [Theory]
    [InlineData(200, "ok", null)]
    [InlineData(404, "ok", null)]
    [InlineData(503, "error", "503")]
    public async Task A_servers_own_error_fails_the_span(int status, string outcome, string? type)
    {
        using var recorded = new RecordedSpans();
        await using TracedHost host = await TracedHost.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using HttpResponseMessage response = await GetAsync(host);

        SpanRecord span = Assert.Single(await recorded.OfAsync(_task, 1));
        Assert.Equal(outcome, span.Status);
        JsonElement attributes = RecordedSpans.Attributes(span);
        Assert.Equal(status, attributes.GetProperty("http.response.status_code").GetInt32());
        Assert.Equal(type, attributes.TryGetProperty("error.type", out JsonElement error) ? error.GetString() : null);
    }

    [Fact]
    public async Task A_reason_that_the_handler_gave_is_kept()
    {
        using var recorded = new RecordedSpans();
        await using TracedHost host = await TracedHost.StartAsync(static context =>
        {
            Activity.Current.Fail("queue_full", "try later");
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        using HttpResponseMessage response = await GetAsync(host);

        SpanRecord span = Assert.Single(await recorded.OfAsync(_task, 1));
        Assert.Equal("queue_full", RecordedSpans.Attributes(span).GetProperty("error.type").GetString());
    }

    [Fact]
    public async Task A_caller_that_goes_away_fails_the_span()
    {
        using var recorded = new RecordedSpans();
        var begun = new TaskCompletionSource();
        await using TracedHost host = await TracedHost.StartAsync(async context =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        using var impatience = new CancellationTokenSource();
        Task<HttpResponseMessage> call = GetAsync(host, cancellation: impatience.Token);
        await begun.Task;
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        JsonElement attributes = RecordedSpans.Attributes(Assert.Single(await recorded.OfAsync(_task, 1)));
        Assert.Equal("cancelled", attributes.GetProperty("error.type").GetString());
        Assert.False(attributes.TryGetProperty("http.response.status_code", out _));
    }

    [Fact]
    public async Task Requests_of_one_connection_are_slices_of_it()
    {
        await using TracedHost host = await TracedHost.StartAsync(static context => context.Response.WriteAsync("answer"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Url.Port);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        foreach (char span in "aab")
        {
            byte[] request = System.Text.Encoding.ASCII.GetBytes(
                $"GET / HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{_task}-{new string(span, 16)}-01\r\n\r\n");
            await stream.WriteAsync(request);
            Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync());
            while (await reader.ReadLineAsync() is not "0")
            {
            }

            Assert.Equal("", await reader.ReadLineAsync());
        }

        Assert.Equal([TagFlags.None, TagFlags.None, TagFlags.SeveralSpans], host.Cuts.Exchanges.Select(seen => seen.Flags));
        Assert.Equal([1u, 2u, 3u], Assert.Single(host.Cuts.Connections).Select(seen => seen.Cut.Slice));
    }

    private async Task<HttpResponseMessage> GetAsync(
        TracedHost host, string? baggage = null, string? traceparent = null, CancellationToken cancellation = default)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Url, "/path?query=1"));
        request.Headers.TryAddWithoutValidation(TraceHeaders.TraceParent, traceparent ?? $"00-{_task}-{_call}-01");
        request.Headers.TryAddWithoutValidation(TraceHeaders.Baggage, baggage);
        return await http.SendAsync(request, cancellation);
    }
}
