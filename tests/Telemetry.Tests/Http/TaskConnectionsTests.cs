using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class TaskConnectionsTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_connection_is_tagged_before_it_is_opened_and_serves_the_tasks_calls_in_turn(string address)
    {
        Assert.SkipWhen(address == "::1" && !Socket.OSSupportsIPv6, "needs IPv6");
        await using TracedHost host = await TracedHost.StartAsync(
            static context => context.Response.WriteAsync("answer"), address: IPAddress.Parse(address));
        var cuts = new SeenCuts();
        using var connections = new TaskConnections(cuts.Take);
        using Activity task = Spans.StartTask("task");
        Tag first = await CallAsync(connections, host.Url);
        Tag second = await CallAsync(connections, host.Url);

        Assert.Equal(
            [(first, SliceKind.Connection, false), (first, SliceKind.Service, true), (second, SliceKind.Service, true)],
            cuts.All.Select(seen => (seen.Cut.Tag, seen.Cut.Kind, seen.LocalPort is not null)));
        Assert.Equal([0u, 1u, 2u], cuts.All.Select(seen => seen.Cut.Slice));
        Assert.Single(cuts.All.Select(seen => (seen.Socket, seen.Cut.Cookie)).Distinct());
        Assert.Equal([TagFlags.None, TagFlags.None, TagFlags.SeveralSpans], cuts.All.Select(seen => seen.Flags));
        Assert.Equal(
            [(null, SliceKind.Connection), (first, SliceKind.Service), (second, SliceKind.Service)],
            host.Cuts.All.Select(seen => (seen.Cut.Tag, seen.Cut.Kind)));
        Assert.Equal(cuts.All.Select(seen => seen.Flags), host.Cuts.All.Select(seen => seen.Flags));
    }

    [Fact]
    public async Task Calls_at_once_have_connections_of_their_own()
    {
        var both = new Barrier(2);
        await using TracedHost host = await TracedHost.StartAsync(async context =>
        {
            await Task.Run(() => both.SignalAndWait(TimeSpan.FromSeconds(10)));
            await context.Response.WriteAsync("answer");
        });
        var cuts = new SeenCuts();
        using var connections = new TaskConnections(cuts.Take);
        using Activity task = Spans.StartTask("task");
        Tag[] calls = await Task.WhenAll(CallAsync(connections, host.Url), CallAsync(connections, host.Url));

        Assert.Equal(calls.ToHashSet<Tag?>(), cuts.Tags.ToHashSet());
        Assert.Equal(2, cuts.Connections.Count);
    }

    [Fact]
    public async Task Closing_the_task_ends_its_connections_in_order()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connections = new TaskConnections(static (_, in _, _) => { });
        Task<HttpResponseMessage> call = connections.Http.GetAsync($"http://{listener.LocalEndpoint}/");
        using Socket server = await listener.AcceptSocketAsync();
        byte[] buffer = new byte[4096];
        Assert.True(await server.ReceiveAsync(buffer) > 0);
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray());
        using HttpResponseMessage response = await call;
        Assert.Equal("ok", await response.Content.ReadAsStringAsync());
        connections.Dispose();

        // A FIN reads as an end; a reset would throw.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await server.ReceiveAsync(buffer, deadline.Token));
    }

    [Fact]
    public async Task The_wire_carries_the_calls_headers_and_no_others_of_the_framework()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connections = new TaskConnections(static (_, in _, _) => { });
        using Activity call = Spans.StartTask("task");
        Task<HttpResponseMessage> answer = connections.Http.GetAsync($"http://{listener.LocalEndpoint}/path");
        using Socket server = await listener.AcceptSocketAsync();
        byte[] buffer = new byte[4096];
        string request = Encoding.ASCII.GetString(buffer, 0, await server.ReceiveAsync(buffer));
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        (await answer).Dispose();

        Assert.Equal(
            $"GET /path HTTP/1.1\r\nHost: {listener.LocalEndpoint}\r\ntraceparent: 00-{call.TraceId}-{call.SpanId}-01\r\n\r\n",
            request);
    }

    [Fact]
    public async Task A_refused_connection_is_an_error_that_says_so()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        using var connections = new TaskConnections(static (_, in _, _) => { });

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => connections.Http.GetAsync($"http://{address}/"));
        Assert.Equal(HttpRequestError.ConnectionError, error.HttpRequestError);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(error.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task An_unknown_name_is_an_error_that_says_so()
    {
        using var connections = new TaskConnections(static (_, in _, _) => { });
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => connections.Http.GetAsync("http://no-such-host.invalid/"));
        Assert.Equal(HttpRequestError.NameResolutionError, error.HttpRequestError);
    }

    [Fact]
    public async Task Each_address_of_a_name_is_tried_with_a_tagged_socket_of_its_own()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        IPAddress[] addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback, IPAddress.Loopback, IPAddress.Parse("127.0.0.3")];
        var cuts = new SeenCuts();
        var tag = new Tag(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), "agent-a");
        await using Stream stream = await new Connector(cuts.Take, tls: null).ConnectToAnyAsync(addresses, port, tag, CancellationToken.None);

        Assert.Equal(3, cuts.All.Select(seen => (seen.Socket, seen.Cut.Cookie)).Distinct().Count());
        Assert.All(cuts.All, seen => Assert.Equal((tag, 0u, TagFlags.None), (seen.Cut.Tag, seen.Cut.Slice, seen.Flags)));
        Assert.Equal(listener.LocalEndpoint, cuts.All[^1].Socket.RemoteEndPoint);
    }

    [Fact]
    public async Task A_name_none_of_whose_addresses_answers_fails_with_the_last_reason()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        IPAddress[] addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];
        var error = await Assert.ThrowsAsync<SocketException>(
            () => new Connector(static (_, in _, _) => { }, tls: null).ConnectToAnyAsync(addresses, port, null, CancellationToken.None));

        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
    }

    /// <summary>Makes one call under a span of its own and returns its tag.</summary>
    private static async Task<Tag> CallAsync(TaskConnections connections, Uri url)
    {
        using Activity call = Spans.StartCall(CallKind.Service, "GET");
        Assert.Equal("answer", await connections.Http.GetStringAsync(url));
        return Tag.Of(call);
    }
}
