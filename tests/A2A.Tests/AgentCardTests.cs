using System.Text.Json;

namespace NodeBox.A2A.Tests;

public sealed class AgentCardTests
{
    /// <summary>A card with what A2A requires and some of what nodebox does not know.</summary>
    internal const string Minimal = """
        {
          "name": "other", "description": "", "version": "1", "provider": {"url": "", "organization": "x"},
          "supportedInterfaces": [
            {"url": "http://127.0.0.1:7001/old", "protocolBinding": "JSONRPC", "protocolVersion": "0.3"},
            {"url": "127.0.0.1:9", "protocolBinding": "GRPC", "protocolVersion": "1.0"},
            {"url": "http://127.0.0.1:7001/a2a", "protocolBinding": "JSONRPC", "protocolVersion": "1.0", "tenant": "t"}
          ],
          "capabilities": {"streaming": true}, "defaultInputModes": [], "defaultOutputModes": [], "skills": []
        }
        """;

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"url":"http://h/","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"}""")]
    [InlineData("""{"url":"http://h/","protocolBinding":"JSONRPC","protocolVersion":"0.3"}""")]
    [InlineData("""{"url":"h","protocolBinding":"JSONRPC","protocolVersion":"1.0"}""")]
    [InlineData("""{"url":"file:///etc/passwd","protocolBinding":"JSONRPC","protocolVersion":"1.0"}""")]
    public void Has_no_endpoint_without_a_usable_interface(string interfaces)
    {
        string json = $$"""{"name":"n","description":"","version":"1","supportedInterfaces":[{{interfaces}}],"capabilities":{},"defaultInputModes":[],"defaultOutputModes":[],"skills":[]}""";
        AgentCard card = JsonSerializer.Deserialize(json, A2AJson.Default.AgentCard)!;

        A2AException e = Assert.Throws<A2AException>(() => card.JsonRpcEndpoint());

        Assert.Equal(A2AErrorCode.InvalidAgentResponse, e.Code);
    }

    [Fact]
    public void Writes_what_it_reads()
    {
        AgentCard card = JsonSerializer.Deserialize(Minimal, A2AJson.Default.AgentCard)!;

        AgentCard again = JsonSerializer.Deserialize(card.ToJson(), A2AJson.Default.AgentCard)!;

        Assert.Equal(card.SupportedInterfaces, again.SupportedInterfaces);
        Assert.True(again.Capabilities.Streaming);
    }
}
