using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// What the Streamable HTTP transport asks of a POST besides being one JSON-RPC message (2026-07-28, "Request Metadata" and "Server
/// Validation").
/// </summary>
internal static class RequestRules
{
    /// <exception cref="McpRefusedException">406: the client could not read an answer.</exception>
    public static void CheckAccept(HttpRequest request, params ReadOnlySpan<string> types)
    {
        foreach (string type in types)
        {
            if (!request.GetTypedHeaders().Accept.Any(accepted => accepted.MatchesMediaType(type)))
            {
                throw new McpRefusedException(StatusCodes.Status406NotAcceptable, McpErrorCode.InvalidRequest, $"Accept must list {type}");
            }
        }
    }

    /// <exception cref="McpRefusedException">400: the revision is unknown here.</exception>
    public static void CheckRevision(string? revision, JsonNode? id)
    {
        if (revision is not null && !Revisions.Supported.Contains(revision))
        {
            throw Unsupported(revision, Revisions.Supported, id);
        }
    }

    /// <summary>
    /// Headers that mirror the body must agree with it, so that who routes by headers and who executes the body see the same call.
    /// </summary>
    /// <exception cref="McpRefusedException">400: a header or a required member of _meta is missing or they disagree.</exception>
    public static void CheckMetadata(McpRequest call, HttpRequest request)
    {
        string? declared = call.TextMeta(MetaKeys.ProtocolVersion);
        if (!Revisions.IsSessionless(call.Revision))
        {
            if (Revisions.IsSessionless(declared))
            {
                throw Mismatch(call, $"_meta declares {declared}: the header {McpHeaders.ProtocolVersion} must do so too");
            }

            string? wanted = call.Method == RequestMethods.Initialize ? call.TextParam("protocolVersion") : null;
            if (Revisions.IsSessionless(wanted))
            {
                throw Unsupported(wanted!, Revisions.Supported.Where(static known => !Revisions.IsSessionless(known)), call.Id);
            }

            return;
        }

        if (call.Message is not JsonRpcRequest and not JsonRpcNotification)
        {
            throw McpRefusedException.Invalid("clients send no responses in this revision");
        }

        CheckMirrored(call, McpHeaders.Method, McpRequest.Header(request, McpHeaders.Method), call.Method);
        if (call.Method == RequestMethods.ToolsCall)
        {
            CheckMirrored(call, McpHeaders.Name, Decode(McpRequest.Header(request, McpHeaders.Name)), call.TextParam("name"));
        }

        if (call.Message is JsonRpcRequest)
        {
            CheckPresent(call, MetaKeys.ProtocolVersion, declared is not null);
            CheckMirrored(call, McpHeaders.ProtocolVersion, call.Revision, declared);
            CheckPresent(call, MetaKeys.ClientCapabilities, call.Meta?[MetaKeys.ClientCapabilities] is JsonObject);
        }
    }

    private static McpRefusedException Unsupported(string revision, IEnumerable<string> supported, JsonNode? id)
    {
        var known = new JsonArray([.. supported.Select(static revision => (JsonNode)revision)]);
        return new McpRefusedException(
            StatusCodes.Status400BadRequest, McpErrorCode.UnsupportedProtocolVersion, $"revision {revision} is not supported here", id)
        {
            Details = new JsonObject { ["supported"] = known, ["requested"] = revision },
        };
    }

    private static void CheckMirrored(McpRequest call, string header, string? sent, string? inBody)
    {
        if (sent is null || sent != inBody)
        {
            string found = sent is null ? "missing or malformed" : $"{sent}, but the body says {inBody}";
            throw Mismatch(call, $"the header {header} is {found}");
        }
    }

    private static void CheckPresent(McpRequest call, string key, bool present)
    {
        if (!present)
        {
            throw new McpRefusedException(StatusCodes.Status400BadRequest, McpErrorCode.InvalidParams, $"_meta lacks {key}", call.Id);
        }
    }

    private static McpRefusedException Mismatch(McpRequest call, string message) =>
        new(StatusCodes.Status400BadRequest, McpErrorCode.HeaderMismatch, message, call.Id);

    // Values that are no plain ASCII travel as =?base64?…?=.
    private static string? Decode(string? value)
    {
        const string Prefix = "=?base64?";
        const string Suffix = "?=";
        if (value is null || !value.StartsWith(Prefix, StringComparison.Ordinal) || !value.EndsWith(Suffix, StringComparison.Ordinal)
            || value.Length < Prefix.Length + Suffix.Length)
        {
            return value;
        }

        try
        {
            byte[] utf8 = Convert.FromBase64String(value[Prefix.Length..^Suffix.Length]);
            return Encoding.UTF8.GetString(utf8);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
