using System.Text.Json;
using System.Text.Unicode;

namespace NodeBox.A2A;

/// <summary>A JSON-RPC 2.0 request. The id is kept as sent, so that it can be echoed exactly.</summary>
internal sealed record JsonRpcRequest(string Jsonrpc, string Method, JsonElement Id, JsonElement? Params = null)
{
    public const string Version = "2.0";

    /// <summary>Reads a request from foreign bytes.</summary>
    /// <param name="body">One request.</param>
    /// <param name="id">Set as soon as it is known, so that even a request that is refused later gets its own id back.</param>
    /// <exception cref="A2AException">The bytes are no JSON or no request.</exception>
    public static JsonRpcRequest Parse(ReadOnlyMemory<byte> body, ref JsonElement id)
    {
        JsonElement json = ParseJson(body);
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new A2AException(A2AErrorCode.InvalidRequest, "a JSON-RPC request is one object; batches are not served");
        }

        if (!json.TryGetProperty("id", out JsonElement sent) || !IsId(sent))
        {
            throw new A2AException(A2AErrorCode.InvalidRequest, "id: a string or a number is required");
        }

        id = sent;
        JsonRpcRequest? request;
        try
        {
            request = json.Deserialize(A2AJson.Default.JsonRpcRequest);
        }
        catch (JsonException e)
        {
            throw new A2AException(A2AErrorCode.InvalidRequest, Misfit.Describe("request", e), e);
        }

        return request is { Jsonrpc: Version } ? request : throw new A2AException(A2AErrorCode.InvalidRequest, "jsonrpc: must be \"2.0\"");
    }

    private static JsonElement ParseJson(ReadOnlyMemory<byte> body)
    {
        // JsonDocument leaves the bytes inside strings unchecked until somebody reads them.
        if (!Utf8.IsValid(body.Span))
        {
            throw new A2AException(A2AErrorCode.ParseError, "the request is not UTF-8");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new A2AException(A2AErrorCode.ParseError, $"the request is not JSON: {e.Message}", e);
        }
    }

    private static bool IsId(JsonElement id)
    {
        if (id.ValueKind != JsonValueKind.String)
        {
            return id.ValueKind == JsonValueKind.Number;
        }

        try
        {
            return id.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            // An escaped lone surrogate: valid JSON, no Unicode text, and it could not be echoed.
            return false;
        }
    }
}
