using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>One POST, read to its end and well-formed.</summary>
/// <param name="Message">The JSON-RPC message.</param>
/// <param name="Revision">The MCP-Protocol-Version header, or null without one.</param>
/// <param name="SessionId">The Mcp-Session-Id header, or null without one.</param>
internal sealed record McpRequest(JsonRpcMessage Message, string? Revision, string? SessionId)
{
    private static readonly JsonTypeInfo<JsonRpcMessage> s_messageType =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>The method, or null where the message is a response.</summary>
    public string? Method => Message switch
    {
        JsonRpcRequest request => request.Method,
        JsonRpcNotification notification => notification.Method,
        _ => null,
    };

    public JsonObject? Params => Message switch
    {
        JsonRpcRequest request => request.Params as JsonObject,
        JsonRpcNotification notification => notification.Params as JsonObject,
        _ => null,
    };

    public JsonObject? Meta => Params?["_meta"] as JsonObject;

    /// <summary>The id to answer with, or null where the message is not a request.</summary>
    public JsonNode? Id => Message is JsonRpcRequest request ? IdNode(request.Id) : null;

    /// <summary>A string member of the params, or null.</summary>
    public string? TextParam(string name) => Text(Params?[name]);

    /// <summary>A string member of _meta, or null.</summary>
    public string? TextMeta(string name) => Text(Meta?[name]);

    /// <summary>Reads the whole body, so that on the wire a reply never overtakes its request.</summary>
    /// <exception cref="McpRefusedException">Too large, not JSON, or not one JSON-RPC message.</exception>
    public static async Task<McpRequest> ReadAsync(HttpRequest request, int maxBytes)
    {
        if (!request.HasJsonContentType())
        {
            throw new McpRefusedException(
                StatusCodes.Status415UnsupportedMediaType, McpErrorCode.InvalidRequest, "Content-Type must be application/json");
        }

        string? revision = Header(request, McpHeaders.ProtocolVersion);
        byte[] body = await ReadBodyAsync(request, maxBytes);
        JsonRpcMessage message = Parse(body);
        message.Context = new JsonRpcMessageContext { ProtocolVersion = revision };
        return new McpRequest(message, revision, Header(request, McpHeaders.SessionId));
    }

    public static string? Header(HttpRequest request, string name) =>
        request.Headers[name].ToString() is { Length: > 0 } value ? value : null;

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, int maxBytes)
    {
        try
        {
            return await RequestBody.ReadAsync(request.HttpContext, maxBytes) ?? throw new McpRefusedException(
                StatusCodes.Status413PayloadTooLarge, McpErrorCode.InvalidRequest, $"the body is larger than {maxBytes} bytes");
        }
        catch (BadHttpRequestException error)
        {
            throw new McpRefusedException(error.StatusCode, McpErrorCode.InvalidRequest, error.Message);
        }
    }

    private static JsonRpcMessage Parse(byte[] body)
    {
        JsonNode? id = null;
        try
        {
            using JsonDocument document = JsonText.Parse(body);
            id = document.RootElement.ValueKind == JsonValueKind.Object ? IdNode(document.RootElement) : null;
        }
        catch (JsonException error)
        {
            throw new McpRefusedException(
                StatusCodes.Status400BadRequest, McpErrorCode.ParseError, $"the body is not JSON: {error.Message}");
        }

        try
        {
            return JsonSerializer.Deserialize(body, s_messageType) ?? throw new JsonException("the body is null");
        }
        catch (JsonException)
        {
            throw McpRefusedException.Invalid("the body is not one JSON-RPC 2.0 message", id);
        }
    }

    private static JsonNode? IdNode(JsonElement message) =>
        message.TryGetProperty("id", out JsonElement id) && id.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? JsonValue.Create(id.Clone())
            : null;

    private static JsonNode? IdNode(RequestId id) => id.Id switch
    {
        string text => JsonValue.Create(text),
        long number => JsonValue.Create(number),
        _ => null,
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
