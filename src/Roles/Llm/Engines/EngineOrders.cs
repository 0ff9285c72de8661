using System.Text.Json.Serialization;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>What a node tells the process of a model, each a line of JSON. Replies carry the order's number.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(StartOrder), "start")]
[JsonDerivedType(typeof(TokenizeOrder), "tokenize")]
[JsonDerivedType(typeof(DetokenizeOrder), "detokenize")]
[JsonDerivedType(typeof(GenerateOrder), "generate")]
[JsonDerivedType(typeof(EmbedOrder), "embed")]
[JsonDerivedType(typeof(CancelOrder), "cancel")]
[JsonDerivedType(typeof(NudgeOrder), "nudge")]
internal abstract record EngineOrder(long Id);

/// <summary>The first order, and only the first.</summary>
internal sealed record StartOrder(long Id, EngineOptions Options) : EngineOrder(Id);

internal sealed record TokenizeOrder(long Id, IReadOnlyList<PromptPart> Prompt) : EngineOrder(Id);

internal sealed record DetokenizeOrder(long Id, IReadOnlyList<int> Tokens) : EngineOrder(Id);

/// <summary>Replied to with <see cref="AcceptedReply"/>, then with a <see cref="TokenReply"/> for each token.</summary>
internal sealed record GenerateOrder(long Id, GenerationRequest Request) : EngineOrder(Id);

internal sealed record EmbedOrder(long Id, IReadOnlyList<int> Tokens, TimeSpan Deadline) : EngineOrder(Id);

/// <summary>Gives up the order of that number. Whoever sends it expects no more replies to that one.</summary>
internal sealed record CancelOrder(long Id) : EngineOrder(Id);

/// <summary>Asks the decode thread whether it still moves. A <see cref="StepReply"/> follows, with a step or without.</summary>
internal sealed record NudgeOrder(long Id) : EngineOrder(Id);
