using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Tests.Http;

public sealed class CallConnectionsTests
{
    private readonly SeenCuts _cuts = new();

    [Theory]
    [InlineData(null, 1)]
    [InlineData(CallConnections.Pooled, 1)]
    [InlineData(CallConnections.PerTask, 3)]
    public async Task Tasks_share_connections_unless_they_ask_for_their_own(string? asked, int expected)
    {
        await using TracedHost host = await TracedHost.StartAsync(static context => context.Response.WriteAsync("answer"));
        using var connections = new CallConnections(_cuts.Take);
        for (int i = 0; i < 3; i++)
        {
            await AskAsync(connections, host.Url, asked);
        }

        Assert.Equal(expected, _cuts.Connections.Count);
        Assert.Equal(6, _cuts.Exchanges.Count);
    }

    [Fact]
    public async Task A_task_asks_the_nodes_behind_as_well()
    {
        await using TracedHost behind = await TracedHost.StartAsync(static context => context.Response.WriteAsync("answer"));
        using var role = new CallConnections(_cuts.Take);
        await using TracedHost host = await TracedHost.StartAsync(async context =>
        {
            using TaskConnections leased = role.Lease();
            await context.Response.WriteAsync(await leased.Http.GetStringAsync(behind.Url));
        });
        using var connections = new CallConnections(static (_, in _, _) => { });
        await AskAsync(connections, host.Url, CallConnections.PerTask);
        Assert.Equal(2, _cuts.Connections.Count);
        await AskAsync(connections, host.Url, null);
        Assert.Equal(3, _cuts.Connections.Count);
    }

    [Fact]
    public async Task A_connection_that_the_pool_opened_for_one_call_may_serve_another()
    {
        var answers = new ConcurrentDictionary<string, TaskCompletionSource>();
        TaskCompletionSource Answer(string path) => answers.GetOrAdd(path, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await using TracedHost host = await TracedHost.StartAsync(context => Answer(context.Request.Path.Value!).Task);
        using var connecting = new ManualResetEventSlim();
        int opened = 0;
        _cuts.OnCut = cut =>
        {
            if (cut.Slice == 0 && Interlocked.Increment(ref opened) == 2)
            {
                connecting.Wait(TimeSpan.FromSeconds(10));
            }
        };
        using var connections = new TaskConnections(_cuts.Take);
        Task<Tag> first = CallAsync(connections, host.Url, "/1");
        await WaitAsync(() => _cuts.Exchanges.Count == 1);
        Task<Tag> second = CallAsync(connections, host.Url, "/2");
        await WaitAsync(() => opened == 2);
        Answer("/1").SetResult();
        Answer("/2").SetResult();
        await first;
        Tag wanted = await second;
        connecting.Set();
        Task<Tag>[] both = [CallAsync(connections, host.Url, "/3"), CallAsync(connections, host.Url, "/4")];
        await WaitAsync(() => _cuts.Exchanges.Count == 4);
        Answer("/3").SetResult();
        Answer("/4").SetResult();
        Tag[] later = await Task.WhenAll(both);

        SeenCut[] background = [.. _cuts.All.Where(seen => seen.Cut.Cookie == _cuts.All.Last(other => other.Cut.Slice == 0).Cut.Cookie)];
        Assert.Equal((0u, wanted, SliceKind.Connection), (background[0].Cut.Slice, background[0].Cut.Tag, background[0].Cut.Kind));
        Assert.Equal((1u, (0L, 0L)), (background[1].Cut.Slice, background[1].Offsets));
        Assert.Contains(background[1].Cut.Tag, later);
        Assert.Equal(2, _cuts.Connections.Count);
    }

    [Fact]
    public async Task Calls_in_progress_are_counted_until_they_are_served()
    {
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TracedHost host = await TracedHost.StartAsync(_ => answer.Task);
        using var connections = new TaskConnections(_cuts.Take);
        Task<Tag> call = CallAsync(connections, host.Url, "/");
        await WaitAsync(() => host.Cuts.Exchanges.Count == 1);
        Assert.True(ServedCalls.InProgress > 0);
        answer.SetResult();
        await call;
    }

    private static async Task AskAsync(CallConnections connections, Uri url, string? asked)
    {
        using Activity task = Spans.StartTask("task");
        if (asked is not null)
        {
            task.SetBaggage(CallConnections.Baggage, asked);
        }

        using TaskConnections leased = connections.Lease();
        await CallAsync(leased, url, "/");
        await CallAsync(leased, url, "/");
    }

    private static async Task<Tag> CallAsync(TaskConnections connections, Uri url, string path)
    {
        using Activity call = Spans.StartCall(CallKind.Service, "GET");
        using HttpResponseMessage response = await connections.Http.GetAsync(new Uri(url, path));
        response.EnsureSuccessStatusCode();
        return Tag.Of(call);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (int i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }
}
