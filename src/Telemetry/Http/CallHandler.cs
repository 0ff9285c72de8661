using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>Sends each request under the current client span: W3C headers on the wire and the call's tag on the connection.</summary>
public sealed class CallHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    internal static readonly HttpRequestOptionsKey<Tag> TagKey = new("nodebox.tag");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Activity.Current is { } call)
        {
            // One tag object for each attempt, so that "another tag" means "another exchange". AsyncLocal changes end with this method.
            var tag = Tag.Of(call);
            Tag.Current = tag;
            request.Options.Set(TagKey, tag);
            TraceHeaders.Inject(call, (name, value) => Replace(request, name, value));
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    // A second value beside one that somebody else set would make the header malformed, and the request untraced.
    private static void Replace(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
