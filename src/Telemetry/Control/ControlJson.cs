using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Telemetry.Control;

/// <summary>JSON of the control port: snake_case names, as everywhere in nodebox's data.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NodeHealth))]
[JsonSerializable(typeof(FlushReport))]
public sealed partial class ControlJson : JsonSerializerContext;
