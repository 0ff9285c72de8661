using System.Net;
using System.Net.Security;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// The connections over which one task's calls go: cleartext or encrypted HTTP/1.1, so that each carries one exchange at a time and can be
/// attributed exactly.
/// </summary>
public sealed class TaskConnections : IDisposable
{
    /// <summary>Connections that are used for no other task and close with this one.</summary>
    /// <param name="cut">Takes the boundaries made on them.</param>
    /// <param name="tls">How https URLs are reached; null: whom the machine trusts.</param>
    public TaskConnections(CutSlice cut, SslClientAuthenticationOptions? tls = null)
        : this(new CallHandler(new Connector(cut, tls).NewPool()), isOwn: true)
    {
    }

    internal TaskConnections(CallHandler handler, bool isOwn)
    {
        Handler = handler;
        Http = new HttpClient(handler, disposeHandler: isOwn)
        {
            DefaultRequestVersion = HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>What <see cref="Http"/> sends through, for clients that need handlers of their own above it. Remains this object's.</summary>
    public HttpMessageHandler Handler { get; }

    /// <summary>Has no timeout of its own: the task's deadline ends its calls.</summary>
    public HttpClient Http { get; }

    /// <summary>
    /// Ends the task's calls: a response that was not read to its end is aborted. Connections of its own close, pooled ones stay for
    /// others.
    /// </summary>
    public void Dispose() => Http.Dispose();
}
