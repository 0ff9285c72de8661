using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace NodeBox.Telemetry.Http;

/// <summary>Makes a listener's connections such that <see cref="ServedCalls"/> can tell which bytes belong to which exchange.</summary>
public static class SlicedListener
{
    private const string ConnectionKey = "nodebox.sliced_connection";

    /// <summary>Slices the connections of this listener; call it before anything else is put on them.</summary>
    /// <param name="listen">The listener, of HTTP/1.1.</param>
    /// <param name="cut">Takes the boundaries.</param>
    /// <param name="kind">What the listener serves.</param>
    /// <param name="encrypt">Puts TLS on the listener, above what is sliced; null for cleartext.</param>
    public static void UseSlices(this ListenOptions listen, CutSlice cut, SliceKind kind, Action<ListenOptions>? encrypt = null)
    {
        bool isTls = encrypt is not null;
        listen.Use(next => connection => ServeAsync(connection, next, cut, kind, isTls));
        if (encrypt is not null)
        {
            encrypt(listen);
            listen.Use(static next => connection =>
            {
                Of(connection.Items)?.HandshakeDone();
                return next(connection);
            });
        }
    }

    /// <summary>Makes all that each connection of this listener carries one slice, which is marked as shared: HTTP/2.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="cut">Takes the boundaries.</param>
    /// <param name="kind">What the listener serves.</param>
    public static void UseSharedSlices(this ListenOptions listen, CutSlice cut, SliceKind kind) => listen.Use(next => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            SharedSlice.Begin(feature.Socket, cut, kind);
        }

        return next(connection);
    });

    /// <summary>The connection that a request came on, or null where it is not sliced.</summary>
    internal static SlicedConnection? ConnectionOf(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>() is { } connection ? Of(connection.Items) : null;

    private static SlicedConnection? Of(IDictionary<object, object?> items) =>
        items.TryGetValue(ConnectionKey, out object? sliced) ? (SlicedConnection?)sliced : null;

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, CutSlice cut, SliceKind kind, bool isTls)
    {
        IDuplexPipe transport = connection.Transport;
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature && SocketOf(feature.Socket, cut) is { } socket)
        {
            var sliced = new SlicedConnection(socket, transport, kind, isTls);
            connection.Items[ConnectionKey] = sliced;
            connection.Transport = sliced;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = transport;
        }
    }

    // Null where the connection is closed before it was served.
    private static SlicedSocket? SocketOf(Socket socket, CutSlice cut)
    {
        try
        {
            var sliced = new SlicedSocket(socket, cut, opener: null);
            sliced.Connected();
            return sliced;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}
