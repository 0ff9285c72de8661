using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.A2A;

/// <summary>
/// JSON of the protocol as ProtoJSON writes it: camelCase, enumerations by name, absent instead of null. Required fields must be there;
/// unknown fields are ignored.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(AgentCard))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(SendMessageRequest))]
[JsonSerializable(typeof(SendMessageResponse))]
[JsonSerializable(typeof(TaskRequest))]
[JsonSerializable(typeof(AgentTask))]
[JsonSerializable(typeof(Dictionary<string, TaskPlan>))]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<TaskStep>>))]
[JsonSerializable(typeof(JsonRpcRequest))]
[JsonSerializable(typeof(JsonRpcResponse))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(long))]
internal sealed partial class A2AJson : JsonSerializerContext;
