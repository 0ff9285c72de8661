namespace NodeBox.Roles.Agent;

/// <summary>
/// Reads every response to its end before anybody sees it. The MCP client stops reading an event stream once it has its answer, a moment
/// before the stream ends; the next call would then find the connection busy and open another.
/// </summary>
internal sealed class WholeResponseHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaxResponseBytes = 64 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    // The connections belong to the task, not to this view of them.
    protected override void Dispose(bool disposing)
    {
    }
}
