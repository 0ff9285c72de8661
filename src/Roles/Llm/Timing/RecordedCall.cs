using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Timing;

/// <summary>One reply of a model as it was timed: a line of JSON of a recorded trace.</summary>
/// <param name="Model">The model's name in the API.</param>
/// <param name="Constrained">Whether the reply had to follow a grammar, as a call of a tool does.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens of the reply.</param>
/// <param name="TtftUs">Microseconds from the free slot to the first token. The wait for the slot is not in it.</param>
/// <param name="GapsUs">Microseconds between the tokens, one fewer than they are.</param>
internal sealed record RecordedCall(
    string Model, bool Constrained, int PromptTokens, int CompletionTokens, long TtftUs, IReadOnlyList<long> GapsUs)
{
    public string ToJson() => JsonSerializer.Serialize(this, RecordedJson.Default.RecordedCall);

    /// <exception cref="JsonException">It is no such line, or its numbers contradict each other.</exception>
    public static RecordedCall Parse(string line)
    {
        RecordedCall? call = JsonSerializer.Deserialize(line, RecordedJson.Default.RecordedCall);
        return call is { CompletionTokens: > 0, TtftUs: >= 0 }
            && call.GapsUs.Count == call.CompletionTokens - 1
            && call.GapsUs.All(static gap => gap >= 0)
                ? call
                : throw new JsonException("completion_tokens must be one more than there are gaps_us, and no time negative");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RecordedCall))]
internal sealed partial class RecordedJson : JsonSerializerContext;
