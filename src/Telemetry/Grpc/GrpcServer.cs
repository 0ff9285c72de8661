using System.Globalization;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace NodeBox.Telemetry.Grpc;

/// <summary>Answers one bidirectional call. What it throws ends the call: an <see cref="RpcException"/> with its own status.</summary>
public delegate IAsyncEnumerable<TResponse> DuplexHandler<TRequest, TResponse>(
    IAsyncEnumerable<TRequest> requests, CancellationToken cancellation);

/// <summary>gRPC on Kestrel: the packages that would do it cannot be restored, and the protocol is small.</summary>
public static class GrpcServer
{
    /// <summary>gRPC's customary limit, 4 MiB.</summary>
    public const int DefaultMaxMessageBytes = 4 << 20;

    /// <summary>Serves the bidirectional method <paramref name="method"/>, as in <c>package.Service/Method</c>.</summary>
    public static void MapDuplex<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string method,
        MessageParser<TRequest> parser,
        DuplexHandler<TRequest, TResponse> handler,
        int maxMessageBytes = DefaultMaxMessageBytes)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
    {
        // A stream without an end would hold up a stop until the host loses patience.
        CancellationToken stopping = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        RequestDelegate serve = context => ServeAsync(context, parser, handler, maxMessageBytes, stopping);
        endpoints.MapMethods("/" + method, [HttpMethods.Post], serve);
    }

    /// <summary>Answers calls of any other method with UNIMPLEMENTED, as gRPC asks, rather than 404.</summary>
    public static void MapUnknownMethods(this IEndpointRouteBuilder endpoints)
    {
        RequestDelegate refuse = context => Refuse(context, $"no method {context.Request.Path.Value?.TrimStart('/')} here");
        endpoints.MapMethods("/{service}/{method}", [HttpMethods.Post], refuse);
    }

    private static async Task ServeAsync<TRequest, TResponse>(
        HttpContext context,
        MessageParser<TRequest> parser,
        DuplexHandler<TRequest, TResponse> handler,
        int maxMessageBytes,
        CancellationToken stopping)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse>
    {
        if (!IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        string encoding = context.Request.Headers[GrpcHeaders.Encoding].ToString();
        if (encoding is not ("" or GrpcHeaders.Identity))
        {
            await Refuse(context, $"grpc-encoding {encoding} is not supported, only {GrpcHeaders.Identity}").ConfigureAwait(false);
            return;
        }

        AllowEndlessBody(context);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        bool hasDeadline = GrpcHeaders.TryParseTimeout(context.Request.Headers[GrpcHeaders.Timeout], out TimeSpan timeout);
        if (hasDeadline)
        {
            ending.CancelAfter(timeout);
        }

        context.Response.ContentType = GrpcHeaders.ContentType;
        try
        {
            IAsyncEnumerable<TRequest> requests = Frames.ReadAsync(context.Request.BodyReader, parser, maxMessageBytes, ending.Token);
            await AnswerAsync(context.Response.BodyWriter, handler(requests, ending.Token), ending.Token).ConfigureAwait(false);
            End(context.Response, StatusCode.Ok, "");
        }
        catch (RpcException e)
        {
            End(context.Response, e.Code, e.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone, and with it everybody who could be told.
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            End(context.Response, StatusCode.Unavailable, "the server is stopping");
        }
        catch (OperationCanceledException) when (hasDeadline && ending.IsCancellationRequested)
        {
            End(context.Response, StatusCode.DeadlineExceeded, "the deadline passed");
        }
        catch (Exception e)
        {
            // What a handler did not mean to throw is a bug here, and the client's log is on another machine.
            ILogger log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("grpc");
            log.LogError(e, "{Method} failed", context.Request.Path);
            End(context.Response, StatusCode.Unknown, e.Message);
        }
    }

    private static async Task AnswerAsync<TResponse>(
        PipeWriter output, IAsyncEnumerable<TResponse> responses, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        await foreach (TResponse response in responses.WithCancellation(cancellation).ConfigureAwait(false))
        {
            Frames.Write(output, response);
            await output.FlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol)
        && request.ContentType is { } type
        && type.StartsWith(GrpcHeaders.ContentType, StringComparison.OrdinalIgnoreCase)
        && (type.Length == GrpcHeaders.ContentType.Length || type[GrpcHeaders.ContentType.Length] is '+' or ';');

    private static Task Refuse(HttpContext context, string reason)
    {
        context.Response.ContentType = GrpcHeaders.ContentType;
        context.Response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Identity;
        End(context.Response, StatusCode.Unimplemented, reason);
        return Task.CompletedTask;
    }

    /// <summary>A stream of pushes is one request that lasts for days and may be silent for hours.</summary>
    private static void AllowEndlessBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    /// <summary>The status goes into trailers, or into the headers where no message was sent ("Trailers-Only").</summary>
    private static void End(HttpResponse response, StatusCode code, string message)
    {
        string status = ((int)code).ToString(CultureInfo.InvariantCulture);
        string encoded = GrpcHeaders.EncodeMessage(message);
        if (response.HasStarted)
        {
            response.AppendTrailer(GrpcHeaders.Status, status);
            if (encoded.Length > 0)
            {
                response.AppendTrailer(GrpcHeaders.Message, encoded);
            }

            return;
        }

        response.Headers[GrpcHeaders.Status] = status;
        if (encoded.Length > 0)
        {
            response.Headers[GrpcHeaders.Message] = encoded;
        }
    }
}
