using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace NodeBox.Roles;

/// <summary>Reads requests that are needed as a whole.</summary>
internal static class RequestBody
{
    /// <summary>The whole body, or null where it is longer than <paramref name="maxBytes"/>; then the rest of it is left unread.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The longest body. The listener's own limit does not apply.</param>
    /// <param name="reading">Called with the bytes of each piece before it is kept.</param>
    /// <exception cref="BadHttpRequestException">The body is malformed.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int maxBytes, Action<int>? reading = null)
    {
        if (context.Request.ContentLength > maxBytes)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        using var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            reading?.Invoke(read);
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
