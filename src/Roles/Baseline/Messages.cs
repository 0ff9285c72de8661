using System.Text.Json.Serialization;

namespace NodeBox.Roles.Baseline;

/// <summary>One service's part of the answer; the members that it does not find out are left out.</summary>
internal sealed record ServiceFinding(
    string Service,
    int? CustomerId = null,
    int? OrderedQuantity = null,
    int? OnHand = null,
    bool? Available = null,
    int? UnitPriceCents = null,
    int? TotalCents = null);

/// <summary>A service's answer: its own finding, then those of the services after it.</summary>
internal sealed record ServiceAnswer(int OrderId, int ItemId, int Quantity, IReadOnlyList<ServiceFinding> Findings);

/// <summary>An error by RFC 9457. <paramref name="Hop"/> is the service that could not be called, where that is the reason.</summary>
internal sealed record Problem(string Title, int Status, string Detail, string? Hop);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ServiceRequest))]
[JsonSerializable(typeof(ServiceAnswer))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class BaselineJson : JsonSerializerContext;
