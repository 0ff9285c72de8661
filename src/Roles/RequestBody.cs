using Microsoft.AspNetCore.Http;

namespace NodeBox.Roles;

/// <summary>Reads requests that are needed as a whole.</summary>
internal static class RequestBody
{
    /// <summary>The whole body, or null where it is longer than <paramref name="maxBytes"/>; then the rest of it is left unread.</summary>
    /// <exception cref="BadHttpRequestException">The body is malformed, or longer than the listener takes.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public static async Task<byte[]?> ReadAsync(HttpContext context, int maxBytes)
    {
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 << 10];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (body.Length + read > maxBytes)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
