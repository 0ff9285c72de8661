using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using NodeBox.Telemetry.Grpc;
using NodeBox.Telemetry.V1;

namespace NodeBox.Telemetry.Tests.Grpc;

public sealed class GrpcCallTests
{
    private const string Echo = "test.Echo/Echo";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_answer_comes_before_the_next_question_is_asked()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        using GrpcChannel channel = new(host.Address);
        SemaphoreSlim answered = new(1);
        List<string> answers = [];
        await foreach (LogLine answer in channel.DuplexAsync(Echo, Questions(answered, 3), LogLine.Parser, s_patience, TestContext.Current.CancellationToken))
        {
            answers.Add(answer.Text);
            answered.Release();
        }

        Assert.Equal(["0", "1", "2"], answers);
    }

    [Fact]
    public async Task A_call_without_messages_ends_well()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        Assert.Empty(await CallAsync(host.Address, Echo));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_servers_status_and_message_arrive_before_and_after_answers(int answers)
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, (_, _) => FailAsync(answers)));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, Echo, "question"));
        Assert.Equal((StatusCode.FailedPrecondition, "größer\nas 100 %"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_servers_own_fault_is_unknown_with_its_message()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app =>
            app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, (_, _) => throw new InvalidOperationException("a fault")));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, Echo));
        Assert.Equal((StatusCode.Unknown, "a fault"), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_unimplemented()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapUnknownMethods());
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, "no.Such/Method"));
        Assert.Equal(StatusCode.Unimplemented, refused.Code);
        Assert.Contains("no.Such/Method", refused.Message);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(new Uri("http://127.0.0.1:9"), Echo));
        Assert.Equal(StatusCode.Unavailable, refused.Code);
        Assert.Contains("refused", refused.Message);
    }

    [Fact]
    public async Task A_message_over_the_servers_limit_is_refused()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync, maxMessageBytes: 100));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, Echo, new string('x', 200)));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Code);
        Assert.Contains("limit of 100", refused.Message);
    }

    [Fact]
    public async Task A_message_over_the_clients_limit_is_refused()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, Echo, new string('x', 200), maxMessageBytes: 100));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Code);
    }

    [Fact]
    public async Task A_deadline_ends_the_call_at_both_ends()
    {
        TaskCompletionSource cancelled = new();
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, (_, ct) => HangAsync(cancelled, ct)));
        RpcException late = await Assert.ThrowsAsync<RpcException>(() => CallAsync(host.Address, Echo, timeout: TimeSpan.FromSeconds(3)));
        Assert.Equal(StatusCode.DeadlineExceeded, late.Code);
        await cancelled.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_deadline_that_only_the_server_keeps_has_its_status()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, (_, ct) => HangAsync(new(), ct)));
        using HttpResponseMessage response = await SendRawAsync(host.Address, request => request.Headers.Add("grpc-timeout", "50m"));
        Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task A_server_that_stops_says_so_and_does_not_wait_for_open_streams()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        using GrpcChannel channel = new(host.Address);
        SemaphoreSlim answered = new(1);
        Task? stopping = null;
        RpcException stopped = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (LogLine _ in channel.DuplexAsync(Echo, Questions(answered, 2), LogLine.Parser, s_patience))
            {
                stopping = host.StopAsync();
            }
        });

        // Whether the trailers that say why or the connection's end arrives first is a race; the status is the same.
        Assert.Equal(StatusCode.Unavailable, stopped.Code);
        await stopping!.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_servers_side()
    {
        TaskCompletionSource cancelled = new();
        using CancellationTokenSource leaving = new();
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, (_, ct) =>
        {
            leaving.CancelAfter(TimeSpan.FromMilliseconds(50));
            return HangAsync(cancelled, ct);
        }));
        using GrpcChannel channel = new(host.Address);
        RpcException left = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (LogLine _ in channel.DuplexAsync(Echo, Questions(new SemaphoreSlim(0), 1), LogLine.Parser, cancellation: leaving.Token))
            {
            }
        });
        Assert.Equal(StatusCode.Cancelled, left.Code);
        await cancelled.Task.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_compressed_request_is_unimplemented_and_told_what_is_not()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        using HttpResponseMessage response = await SendRawAsync(host.Address, request => request.Headers.Add("grpc-encoding", "gzip"));
        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("identity", response.Headers.GetValues("grpc-accept-encoding").Single());
    }

    [Fact]
    public async Task A_request_that_is_no_grpc_is_a_415()
    {
        await using GrpcHost host = await GrpcHost.StartAsync(app => app.MapDuplex<LogLine, LogLine>(Echo, LogLine.Parser, EchoAsync));
        using HttpResponseMessage response = await SendRawAsync(host.Address, request => request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendRawAsync(Uri address, Action<HttpRequestMessage> change)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(address, Echo))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        change(request);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> CallAsync(Uri address, string method, string? question = null, TimeSpan? timeout = null, int maxMessageBytes = 1 << 20)
    {
        using GrpcChannel channel = new(address, maxMessageBytes: maxMessageBytes);
        List<string> answers = [];
        IAsyncEnumerable<LogLine> questions = question is null ? AsyncEnumerable.Empty() : AsyncEnumerable.One(new LogLine { Text = question });
        await foreach (LogLine answer in channel.DuplexAsync(method, questions, LogLine.Parser, timeout ?? s_patience))
        {
            answers.Add(answer.Text);
        }

        return answers;
    }

    private static async IAsyncEnumerable<LogLine> Questions(SemaphoreSlim answered, int count, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int i = 0; i < count; i++)
        {
            await answered.WaitAsync(cancellation);
            yield return new LogLine { Text = $"{i}" };
        }
    }

    private static async IAsyncEnumerable<LogLine> EchoAsync(IAsyncEnumerable<LogLine> lines, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (LogLine line in lines.WithCancellation(cancellation))
        {
            yield return line;
        }
    }

    private static async IAsyncEnumerable<LogLine> FailAsync(int answers)
    {
        for (int i = 0; i < answers; i++)
        {
            await Task.Yield();
            yield return new LogLine();
        }

        throw new RpcException(StatusCode.FailedPrecondition, "größer\nas 100 %");
    }

    private static async IAsyncEnumerable<LogLine> HangAsync(TaskCompletionSource cancelled, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenRegistration _ = cancellation.Register(() => cancelled.TrySetResult());
        await Task.Delay(Timeout.Infinite, cancellation);
        yield break;
    }

    private static class AsyncEnumerable
    {
        public static async IAsyncEnumerable<LogLine> Empty()
        {
            await Task.CompletedTask;
            yield break;
        }

        public static async IAsyncEnumerable<LogLine> One(LogLine line)
        {
            await Task.CompletedTask;
            yield return line;
        }
    }
}
