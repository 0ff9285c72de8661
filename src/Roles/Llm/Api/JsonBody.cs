using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Reads request bodies: JSON of a known type, of a bounded size, and all of them together bounded too.</summary>
/// <param name="maxBytes">Largest body.</param>
/// <param name="maxBufferedBytes">Bytes of all bodies whose requests are being served.</param>
internal sealed class JsonBody(int maxBytes, long maxBufferedBytes)
{
    private long _buffered;

    /// <summary>Bytes of the bodies whose requests are being served.</summary>
    public long Buffered => Interlocked.Read(ref _buffered);

    /// <summary>Reads the whole body of a request. It counts as buffered until the request ends.</summary>
    /// <exception cref="ApiException">It is too large, not UTF-8, not JSON, or of another type.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        byte[] body = await RequestBody.ReadAsync(context, maxBytes, read => context.Response.RegisterForDispose(Count(read))) ?? throw TooLarge();
        try
        {
            CheckText(body);
            return JsonSerializer.Deserialize(body, type) ?? throw new ApiException(400, "The body is null.", code: "invalid_json");
        }
        catch (JsonException e)
        {
            string? field = e.Path is { Length: > 2 } path ? path[2..] : null;
            string what = field is null ? "The body is not a JSON object" : $"'{field}' has the wrong type or is not JSON";
            string where = $"(line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
            throw new ApiException(StatusCodes.Status400BadRequest, $"{what} {where}.", field, "invalid_json");
        }
    }

    private Lease Count(int bytes)
    {
        var lease = new Lease(this, bytes);
        if (Interlocked.Add(ref _buffered, bytes) <= maxBufferedBytes)
        {
            return lease;
        }

        lease.Dispose();
        throw new ApiException(
            StatusCodes.Status503ServiceUnavailable,
            $"The requests being served have {maxBufferedBytes} bytes already. Try again later.",
            code: "server_busy")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    private ApiException TooLarge() => new(
        StatusCodes.Status413PayloadTooLarge, $"The request body is larger than {maxBytes} bytes.", code: "request_too_large");

    /// <summary>Refuses text that is not Unicode here, once.</summary>
    private static void CheckText(byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not UTF-8.", code: "invalid_json");
        }

        if (JsonText.HalfSurrogateAt(body) is { } at)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, $"The text at byte {at} has half of a surrogate pair.", code: "invalid_json");
        }
    }

    /// <summary>Bytes that count until it is disposed of.</summary>
    private sealed class Lease(JsonBody owner, int bytes) : IDisposable
    {
        public void Dispose() => Interlocked.Add(ref owner._buffered, -bytes);
    }
}
