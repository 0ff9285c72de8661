using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>Opens the connections of a pool.</summary>
/// <param name="cut">Takes the boundaries made on them.</param>
/// <param name="tls">How https URLs are reached; null: whom the machine trusts.</param>
internal sealed class Connector(CutSlice cut, SslClientAuthenticationOptions? tls)
{
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);

    // Shorter than the 130 s after which Kestrel closes an idle connection, so that no request meets one that is just being closed.
    private static readonly TimeSpan s_idleTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A pool of connections with one exchange at a time on each: as many as there are calls at once.</summary>
    public SocketsHttpHandler NewPool() => new()
    {
        // The framework's own propagation would put a span of its own, recorded by nobody, between the two ends.
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = s_connectTimeout,

        // A response that nobody reads to its end is not read in the background: its sender is told to stop.
        MaxResponseDrainSize = 0,
        PooledConnectionIdleTimeout = s_idleTimeout,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = ConnectAsync,
    };

    /// <summary>Connects to the first of the addresses that takes it.</summary>
    /// <exception cref="SocketException">None does; it is the last one's reason.</exception>
    public async Task<TaggedStream> ConnectToAnyAsync(
        IReadOnlyList<IPAddress> addresses, int port, Tag? opener, CancellationToken cancellation)
    {
        SocketException failure = new((int)SocketError.HostNotFound);
        foreach (IPAddress address in addresses)
        {
            try
            {
                return await ConnectAsync(new IPEndPoint(address, port), opener, cancellation).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                failure = e;
            }
        }

        throw failure;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        DnsEndPoint server = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(server.Host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(server.Host, cancellation).ConfigureAwait(false);

        // The pool may run this in another request's asynchronous context, so the tag comes with the request that wanted the
        // connection.
        context.InitialRequestMessage.Options.TryGetValue(CallHandler.ExchangeKey, out Exchange? exchange);
        TaggedStream stream = await ConnectToAnyAsync(addresses, server.Port, exchange?.Tag, cancellation).ConfigureAwait(false);
        return context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps
            ? await EncryptAsync(stream, server.Host, cancellation).ConfigureAwait(false)
            : Open(stream);
    }

    // A socket whose handle was used, as tagging does, can try one address only: so each address gets a socket of its own.
    private async Task<TaggedStream> ConnectAsync(IPEndPoint server, Tag? opener, CancellationToken cancellation)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var slices = new SlicedSocket(socket, cut, opener);
            await socket.ConnectAsync(server, cancellation).ConfigureAwait(false);
            slices.Connected();
            return new TaggedStream(socket, slices);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The pool takes an SslStream as it is; only here is it known when the handshake ends.
    private async Task<Stream> EncryptAsync(TaggedStream stream, string host, CancellationToken cancellation)
    {
        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            SslClientAuthenticationOptions options = tls ?? new SslClientAuthenticationOptions();
            await encrypted.AuthenticateAsClientAsync(For(host, options), cancellation).ConfigureAwait(false);
            Open(stream);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static TaggedStream Open(TaggedStream stream)
    {
        stream.Ready();
        return stream;
    }

    private static SslClientAuthenticationOptions For(string host, SslClientAuthenticationOptions options) => new()
    {
        TargetHost = options.TargetHost ?? host,
        RemoteCertificateValidationCallback = options.RemoteCertificateValidationCallback,
        CertificateChainPolicy = options.CertificateChainPolicy,
        ClientCertificateContext = options.ClientCertificateContext,
        EnabledSslProtocols = options.EnabledSslProtocols,
    };
}
