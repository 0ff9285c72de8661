using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Telemetry.Http;

/// <summary>What a handler left unread of a request.</summary>
internal static class RequestRest
{
    // As long as Kestrel itself waits for the rest before it aborts the connection.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Reads the request to its end, having completed the response, so that a client which waits for it goes on. Returns at the end, when
    /// the connection breaks, or when the rest does not come.
    /// </summary>
    public static async Task ReadAsync(HttpContext context)
    {
        try
        {
            PipeReader body = context.Request.BodyReader;
            if (body.TryRead(out ReadResult read) && IsAtEnd(body, read))
            {
                return;
            }

            await context.Response.CompleteAsync().ConfigureAwait(false);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(s_limit);
            while (!IsAtEnd(body, await body.ReadAsync(limit.Token).ConfigureAwait(false)))
            {
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is broken or about to be; or the handler has completed the body's reader, and the server reads the rest.
        }
    }

    private static bool IsAtEnd(PipeReader body, ReadResult read)
    {
        body.AdvanceTo(read.Buffer.End);
        return read.IsCompleted || read.IsCanceled;
    }
}
