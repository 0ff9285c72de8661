using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using NodeBox.Telemetry.Http;

namespace NodeBox.Telemetry.Grpc;

/// <summary>
/// gRPC calls to one server over HTTP/2. Its connections are its own: no span, no trace header and no socket tag ever comes near them,
/// since telemetry about telemetry would never end. What each carries is one slice.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    private readonly HttpClient _http;
    private readonly int _maxMessageBytes;

    /// <param name="address">As in <c>http://10.77.0.4:4400</c>; http means HTTP/2 without TLS.</param>
    /// <param name="cut">Takes the boundaries of its connections, where somebody measures them.</param>
    /// <param name="maxMessageBytes">The largest message accepted from the server.</param>
    public GrpcChannel(Uri address, CutSlice? cut = null, int maxMessageBytes = GrpcServer.DefaultMaxMessageBytes)
    {
        _maxMessageBytes = maxMessageBytes;
        var sockets = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            InitialHttp2StreamWindowSize = 1 << 20,

            // A collector whose machine vanished sends no RST; without a ping the stream would wait for it for ever.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            UseCookies = false,
            UseProxy = false,
        };
        if (cut is not null)
        {
            sockets.ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, cut, cancellation);
        }

        _http = new HttpClient(sockets) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Calls a bidirectional method: sends <paramref name="requests"/> as they come and yields the answers as they come.</summary>
    /// <param name="method">As in <c>package.Service/Method</c>.</param>
    /// <param name="requests">Enumerated once, on the pool; its end half-closes the call.</param>
    /// <param name="parser">The answers' parser.</param>
    /// <param name="timeout">After this the call ends with DeadlineExceeded; null waits for ever.</param>
    /// <param name="cancellation">Cancels the call at both ends.</param>
    /// <exception cref="RpcException">The server's status if it is not OK, or Unavailable if it cannot be reached.</exception>
    public IAsyncEnumerable<TResponse> DuplexAsync<TRequest, TResponse>(
        string method,
        IAsyncEnumerable<TRequest> requests,
        MessageParser<TResponse> parser,
        TimeSpan? timeout = null,
        CancellationToken cancellation = default)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        DuplexAsync(method, requests, static (output, message) => Frames.Write(output, message), parser, timeout, cancellation);

    /// <summary>As the other, of requests that are serialised. The bytes of each are read until the next one is asked for.</summary>
    public IAsyncEnumerable<TResponse> DuplexAsync<TResponse>(
        string method,
        IAsyncEnumerable<ReadOnlyMemory<byte>> requests,
        MessageParser<TResponse> parser,
        TimeSpan? timeout = null,
        CancellationToken cancellation = default)
        where TResponse : IMessage<TResponse> =>
        DuplexAsync(method, requests, Frames.Write, parser, timeout, cancellation);

    public void Dispose() => _http.Dispose();

    private async IAsyncEnumerable<TResponse> DuplexAsync<TRequest, TResponse>(
        string method,
        IAsyncEnumerable<TRequest> requests,
        Action<IBufferWriter<byte>, TRequest> write,
        MessageParser<TResponse> parser,
        TimeSpan? timeout,
        [EnumeratorCancellation] CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (timeout is { } limit)
        {
            ending.CancelAfter(limit);
        }

        RpcException Explain(Exception e) => AsRpcException(
            e, timeout is not null && !cancellation.IsCancellationRequested && ending.IsCancellationRequested);

        try
        {
            using HttpRequestMessage request = Compose(method, new MessageContent<TRequest>(requests, write, ending.Token), timeout);
            Task<HttpResponseMessage> sending = _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending.Token);
            using HttpResponseMessage response = await OrExplain(sending, Explain).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw new RpcException(StatusOf(response.StatusCode), $"the server answered HTTP {(int)response.StatusCode}");
            }

            if (!response.Headers.Contains(GrpcHeaders.Status))
            {
                Stream body = await OrExplain(response.Content.ReadAsStreamAsync(ending.Token), Explain).ConfigureAwait(false);
                IAsyncEnumerable<TResponse> messages = Frames.ReadAsync(PipeReader.Create(body), parser, _maxMessageBytes, ending.Token);
                await using IAsyncEnumerator<TResponse> answers = messages.GetAsyncEnumerator(ending.Token);
                while (await OrExplain(answers.MoveNextAsync().AsTask(), Explain).ConfigureAwait(false))
                {
                    yield return answers.Current;
                }
            }

            ThrowUnlessOk(response);
        }
        finally
        {
            // The call is over, so whoever still waits to send on it must stop.
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage Compose(string method, HttpContent content, TimeSpan? timeout)
    {
        HttpRequestMessage request = new(HttpMethod.Post, "/" + method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, GrpcHeaders.Identity);
        if (timeout is { } limit)
        {
            request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcHeaders.EncodeTimeout(limit));
        }

        return request;
    }

    private static async Task<T> OrExplain<T>(Task<T> step, Func<Exception, RpcException> explain)
    {
        try
        {
            return await step.ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            throw explain(e);
        }
    }

    private static RpcException AsRpcException(Exception e, bool late) => e switch
    {
        OperationCanceledException when late => new RpcException(StatusCode.DeadlineExceeded, "the deadline passed", e),
        OperationCanceledException => new RpcException(StatusCode.Cancelled, "the call was cancelled", e),
        _ => new RpcException(StatusCode.Unavailable, e.InnerException?.Message ?? e.Message, e),
    };

    /// <summary>gRPC's table of HTTP statuses, for servers and proxies that do not speak it (http-grpc-status-mapping.md).</summary>
    private static StatusCode StatusOf(HttpStatusCode status) => (int)status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    private static void ThrowUnlessOk(HttpResponseMessage response)
    {
        HttpResponseHeaders headers = response.Headers.Contains(GrpcHeaders.Status) ? response.Headers : response.TrailingHeaders;
        if (!headers.TryGetValues(GrpcHeaders.Status, out IEnumerable<string>? status)
            || !int.TryParse(status.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            throw new RpcException(StatusCode.Internal, "the server ended the call without a grpc-status");
        }

        if (code != (int)StatusCode.Ok)
        {
            bool hasMessage = headers.TryGetValues(GrpcHeaders.Message, out IEnumerable<string>? text);
            string message = hasMessage ? GrpcHeaders.DecodeMessage(text!.First()) : "";
            throw new RpcException(Enum.IsDefined((StatusCode)code) ? (StatusCode)code : StatusCode.Unknown, message);
        }
    }

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint server, CutSlice cut, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            SharedSlice.Begin(socket, cut, SliceKind.Telemetry);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
