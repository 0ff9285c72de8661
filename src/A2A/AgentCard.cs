using System.Text.Json;

namespace NodeBox.A2A;

/// <summary>What an agent says of itself at <see cref="WellKnownPath"/> (A2A 1.0, section 4.4.1).</summary>
public sealed record AgentCard(
    string Name,
    string Description,
    string Version,
    IReadOnlyList<AgentInterface> SupportedInterfaces,
    AgentCapabilities Capabilities,
    IReadOnlyList<string> DefaultInputModes,
    IReadOnlyList<string> DefaultOutputModes,
    IReadOnlyList<AgentSkill> Skills)
{
    public const string WellKnownPath = "/.well-known/agent-card.json";

    /// <summary>The card as it is served.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, A2AJson.Default.AgentCard);

    /// <summary>Where this agent takes JSON-RPC requests of A2A 1.0.</summary>
    /// <exception cref="A2AException">The card names no such interface, or names it with something that is no HTTP URL.</exception>
    public Uri JsonRpcEndpoint()
    {
        AgentInterface? match = SupportedInterfaces.FirstOrDefault(
            static offered => offered is { ProtocolBinding: AgentInterface.JsonRpc }
                && ProtocolVersion.IsSupported(offered.ProtocolVersion));
        if (match is null)
        {
            throw new A2AException(
                A2AErrorCode.InvalidAgentResponse, $"agent \"{Name}\" offers no JSONRPC interface of A2A {ProtocolVersion.Supported}");
        }

        if (!Uri.TryCreate(match.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
        {
            throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"agent \"{Name}\" offers \"{match.Url}\", which is no HTTP URL");
        }

        return url;
    }
}

/// <param name="Url">An absolute URL.</param>
/// <param name="ProtocolBinding">JSONRPC, GRPC, HTTP+JSON or another.</param>
/// <param name="ProtocolVersion">Major.Minor.</param>
public sealed record AgentInterface(string Url, string ProtocolBinding, string ProtocolVersion)
{
    public const string JsonRpc = "JSONRPC";
}

/// <summary>Absent means no.</summary>
public sealed record AgentCapabilities(
    bool? Streaming = null, bool? PushNotifications = null, IReadOnlyList<AgentExtension>? Extensions = null);

public sealed record AgentExtension(string Uri, string? Description = null, bool? Required = null);

public sealed record AgentSkill(string Id, string Name, string Description, IReadOnlyList<string> Tags);
