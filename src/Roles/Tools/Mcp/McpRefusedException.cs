using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>The HTTP transport refuses a request before any server sees it: an HTTP status with a JSON-RPC error as body.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">JSON-RPC error code.</param>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="id">The request's id, a string or a number; null, and the member is left out, where it could not be read.</param>
internal sealed class McpRefusedException(int status, McpErrorCode code, string message, JsonNode? id = null) : Exception(message)
{
    public McpErrorCode Code => code;

    /// <summary>The error's "data" member, or null.</summary>
    public JsonNode? Details { get; init; }

    public static McpRefusedException Invalid(string message, JsonNode? id = null) =>
        new(StatusCodes.Status400BadRequest, McpErrorCode.InvalidRequest, message, id);

    public async Task WriteAsync(HttpResponse response)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc", "2.0");
            WriteMember(json, "id", id);
            json.WriteStartObject("error");
            json.WriteNumber("code", (int)code);
            json.WriteString("message", Message);
            WriteMember(json, "data", Details);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private static void WriteMember(Utf8JsonWriter json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }
}
