using System.Diagnostics;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>Sends each request under the current client span: W3C headers on the wire and the call's tag on the connection.</summary>
internal sealed class CallHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    internal static readonly HttpRequestOptionsKey<Exchange> ExchangeKey = new("nodebox.exchange");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Activity? call = Spans.Current;
        if (call is not null)
        {
            TraceHeaders.Inject(call, (name, value) => Replace(request, name, value));
        }

        // A new object for each attempt, as "another exchange" means "another object". When the pool sends a request again because an idle
        // connection proves closed, the object is new to the second connection, too. AsyncLocal changes end with this method.
        var exchange = new Exchange(call is null ? null : Tag.Of(call), KindOf(call));
        Exchange.Current = exchange;
        request.Options.Set(ExchangeKey, exchange);
        HttpContent? content = request.Content;

        // Bytes at hand are written in the caller's context anyway.
        request.Content = content is null or ByteArrayContent ? content : new ExchangeContent(content, exchange);
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            request.Content = content;
        }
    }

    private static SliceKind KindOf(Activity? call) => call is null ? SliceKind.Other : Spans.KindOf(call) switch
    {
        CallKind.Llm => SliceKind.Llm,
        CallKind.Tool or CallKind.ToolDiscovery => SliceKind.Tool,
        CallKind.Agent or CallKind.AgentDiscovery => SliceKind.Agent,
        CallKind.Service => SliceKind.Service,
        _ => SliceKind.Other,
    };

    // A second value beside one that somebody else set would make the header malformed, and the request untraced.
    private static void Replace(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        request.Headers.TryAddWithoutValidation(name, value);
    }
}
