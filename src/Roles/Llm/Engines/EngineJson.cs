using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>JSON between a node and the processes of its models, which are of the same version.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineOrder))]
[JsonSerializable(typeof(EngineReply))]
internal sealed partial class EngineJson : JsonSerializerContext;
