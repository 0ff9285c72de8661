using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Telemetry.Control;

/// <summary>
/// JSON of the control port: snake_case names, as everywhere in nodebox's data. Whatever else answers at that port is refused, not read
/// as a node without properties.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NodeHealth))]
[JsonSerializable(typeof(FlushReport))]
public sealed partial class ControlJson : JsonSerializerContext;
