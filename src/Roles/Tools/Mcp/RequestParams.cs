using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// Checks the params of the methods that the servers have. The package reports params that it cannot read as its own failure, with an
/// internal error and a stack trace in the log; they are the client's.
/// </summary>
internal static class RequestParams
{
    private static readonly Dictionary<string, JsonTypeInfo> s_always = new()
    {
        [RequestMethods.ToolsList] = TypeOf<ListToolsRequestParams>(),
        [RequestMethods.ToolsCall] = TypeOf<CallToolRequestParams>(),
    };

    private static readonly Dictionary<string, JsonTypeInfo> s_withSessions = new()
    {
        [RequestMethods.Initialize] = TypeOf<InitializeRequestParams>(),
    };

    private static readonly Dictionary<string, JsonTypeInfo> s_sessionless = new()
    {
        [RequestMethods.ServerDiscover] = TypeOf<DiscoverRequestParams>(),
        [RequestMethods.SubscriptionsListen] = TypeOf<SubscriptionsListenRequestParams>(),
    };

    /// <exception cref="McpRefusedException">Params of the wrong shape, or a tool that is not among <paramref name="tools"/>.</exception>
    public static void Check(McpRequest call, ICollection<string> tools)
    {
        if (call.Message is not JsonRpcRequest request)
        {
            return;
        }

        Dictionary<string, JsonTypeInfo> others = Revisions.IsSessionless(call.Revision) ? s_sessionless : s_withSessions;
        if (s_always.TryGetValue(request.Method, out JsonTypeInfo? type) || others.TryGetValue(request.Method, out type))
        {
            CheckShape(call, request, type);
        }

        if (request.Method == RequestMethods.ToolsCall && call.TextParam("name") is var name && !tools.Contains(name!))
        {
            throw Invalid(call, $"unknown tool {name}; known are {string.Join(", ", tools)}");
        }
    }

    private static void CheckShape(McpRequest call, JsonRpcRequest request, JsonTypeInfo type)
    {
        try
        {
            // Absent params are an empty object to methods that require none of their members.
            JsonSerializer.Deserialize(request.Params ?? new JsonObject(), type);
        }
        catch (JsonException error)
        {
            throw Invalid(call, $"the params of {request.Method} are malformed at {error.Path ?? "$"}");
        }
    }

    // Not a failure of HTTP: clients read the JSON-RPC error of an answer with status 200.
    private static McpRefusedException Invalid(McpRequest call, string message) =>
        new(StatusCodes.Status200OK, McpErrorCode.InvalidParams, message, call.Id);

    private static JsonTypeInfo TypeOf<T>() => McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(T));
}
