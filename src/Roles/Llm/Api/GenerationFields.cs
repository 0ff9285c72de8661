using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>
/// The fields that chat and text completions have in common. Those that take several JSON types are checked by their readers.
/// </summary>
internal abstract record GenerationFields : RequestFields
{
    public int? MaxTokens { get; init; }

    public int? MinTokens { get; init; }

    public bool? IgnoreEos { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public int? TopK { get; init; }

    public double? MinP { get; init; }

    public double? PresencePenalty { get; init; }

    public double? FrequencyPenalty { get; init; }

    public long? Seed { get; init; }

    public JsonElement? Stop { get; init; }

    public bool? Stream { get; init; }

    public StreamOptions? StreamOptions { get; init; }
}

/// <summary>What all requests have.</summary>
internal abstract record RequestFields
{
    public string? Model { get; init; }

    /// <summary>All other fields. Not "init", which source generation cannot bind for extension data.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record StreamOptions(bool? IncludeUsage);
