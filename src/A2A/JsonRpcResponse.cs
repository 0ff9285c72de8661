using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.A2A;

/// <summary>A JSON-RPC 2.0 response: a result or an error.</summary>
internal sealed record JsonRpcResponse(string Jsonrpc, JsonElement Id, JsonElement? Result = null, JsonRpcError? Error = null);

internal sealed record JsonRpcError(int Code, string Message, IReadOnlyList<ErrorInfo>? Data = null);

/// <summary>google.rpc.ErrorInfo, which A2A asks for in <c>error.data</c>.</summary>
internal sealed record ErrorInfo([property: JsonPropertyName("@type")] string Type, string Reason, string Domain)
{
    /// <summary>The detail of an A2A error; null for JSON-RPC's own errors, whose code says it all.</summary>
    public static IReadOnlyList<ErrorInfo>? Of(A2AErrorCode code)
    {
        if ((int)code is < -32099 or > -32000)
        {
            return null;
        }

        string reason = JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
        string domain = code == A2AErrorCode.AgentBusy ? "nodebox" : "a2a-protocol.org";
        return [new ErrorInfo("type.googleapis.com/google.rpc.ErrorInfo", reason, domain)];
    }
}
