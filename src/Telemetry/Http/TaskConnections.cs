using System.Net;
using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// The connections that one task opens from this node. They are used for no other task and close with it, so that each of their flows has
/// one task. Cleartext HTTP/1.1: each connection carries one exchange at a time and can be attributed exactly.
/// </summary>
public sealed class TaskConnections : IDisposable
{
    /// <param name="tagSocket">Writes tags into the kernel.</param>
    public TaskConnections(TagSocket tagSocket)
    {
        var sockets = new SocketsHttpHandler
        {
            // The framework's own propagation would put a span of its own, recorded by nobody, between the two ends.
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = (context, cancellation) => ConnectAsync(context, tagSocket, cancellation),
        };
        Handler = new CallHandler(sockets);
        Http = new HttpClient(Handler)
        {
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>What <see cref="Http"/> sends through, for clients that need handlers of their own above it. Belongs to this object.</summary>
    public HttpMessageHandler Handler { get; }

    /// <summary>Has no timeout of its own: the task's deadline ends its calls.</summary>
    public HttpClient Http { get; }

    /// <summary>Closes the task's connections. A response that was not read to its end is aborted.</summary>
    public void Dispose() => Http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, TagSocket tagSocket, CancellationToken cancellation)
    {
        DnsEndPoint server = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(server.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(server.Host, cancellation).ConfigureAwait(false);

        // The pool may run this in another request's asynchronous context, so the tag comes with the request that wanted the
        // connection.
        context.InitialRequestMessage.Options.TryGetValue(CallHandler.TagKey, out Tag? tag);
        return await ConnectToAnyAsync(addresses, server.Port, tag, tagSocket, cancellation).ConfigureAwait(false);
    }

    /// <summary>Connects to the first of the addresses that takes it.</summary>
    /// <exception cref="SocketException">None does; it is the last one's reason.</exception>
    internal static async Task<Stream> ConnectToAnyAsync(
        IReadOnlyList<IPAddress> addresses, int port, Tag? tag, TagSocket tagSocket, CancellationToken cancellation)
    {
        SocketException failure = new((int)SocketError.HostNotFound);
        foreach (IPAddress address in addresses)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), tag, tagSocket, cancellation).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                failure = e;
            }
        }

        throw failure;
    }

    // A socket whose handle was used, as tagging does, can try one address only: so each address gets a socket of its own.
    private static async Task<Stream> ConnectAsync(IPEndPoint server, Tag? tag, TagSocket tagSocket, CancellationToken cancellation)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var tagged = new TaggedSocket(socket, tagSocket);
            tagged.Set(tag);
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            return new TaggedStream(socket, tagged);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
