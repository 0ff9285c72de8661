using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Lab;

[JsonSourceGenerationOptions(
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(SnakeCase<LabStatus>), typeof(SnakeCase<LabFault>), typeof(SnakeCase<LabLifetime>)],
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LabSpec))]
[JsonSerializable(typeof(LabState))]
internal sealed partial class LabJson : JsonSerializerContext;

internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;
