using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>JSON of the OpenAI API, and of the few requests beside it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(EmbeddingRequest))]
[JsonSerializable(typeof(EmbeddingList))]
[JsonSerializable(typeof(float[]))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(TokenizeRequest))]
[JsonSerializable(typeof(TokenList))]
[JsonSerializable(typeof(DetokenizeRequest))]
[JsonSerializable(typeof(TokenText))]
[JsonSerializable(typeof(PlainChatRequest))]
[JsonSerializable(typeof(PlainChatAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class LlmJson : JsonSerializerContext;
