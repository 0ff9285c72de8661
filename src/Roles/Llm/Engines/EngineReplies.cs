using System.Text.Json.Serialization;
using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>What the process of a model replies, each a line of JSON.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "is")]
[JsonDerivedType(typeof(ReadyReply), "ready")]
[JsonDerivedType(typeof(TokensReply), "tokens")]
[JsonDerivedType(typeof(TextReply), "text")]
[JsonDerivedType(typeof(AcceptedReply), "accepted")]
[JsonDerivedType(typeof(TokenReply), "token")]
[JsonDerivedType(typeof(EmbeddingReply), "embedding")]
[JsonDerivedType(typeof(FailedReply), "failed")]
[JsonDerivedType(typeof(StepReply), "step")]
internal abstract record EngineReply(long Id);

/// <summary>The model is loaded and all its memory taken.</summary>
internal sealed record ReadyReply(long Id, ModelInfo Model, EngineOptions Options, int Processors) : EngineReply(Id);

internal sealed record TokensReply(long Id, int[] Tokens) : EngineReply(Id);

internal sealed record TextReply(long Id, string Text) : EngineReply(Id);

/// <param name="Id">The order.</param>
/// <param name="PromptTokens">Tokens of its prompt.</param>
/// <param name="MaxTokens">The most that will be generated.</param>
internal sealed record AcceptedReply(long Id, int PromptTokens, int MaxTokens) : EngineReply(Id);

/// <param name="Id">The order.</param>
/// <param name="Text">See <see cref="GeneratedToken"/>.</param>
/// <param name="At">When it was drawn, on the machine's monotonic clock, which all its processes share.</param>
/// <param name="Finish">Why the generation ended, on its last token.</param>
/// <param name="Begin">On its first token.</param>
internal sealed record TokenReply(long Id, string Text, long At, FinishReason? Finish, GenerationBegin? Begin) : EngineReply(Id);

/// <param name="QueueWait">How long the request waited for a slot.</param>
/// <param name="CachedTokens">Tokens of its prompt that were in the KV cache already.</param>
internal sealed record GenerationBegin(TimeSpan QueueWait, int CachedTokens);

internal sealed record EmbeddingReply(long Id, float[] Values) : EngineReply(Id);

/// <summary>An order was refused or came to nothing.</summary>
internal sealed record FailedReply(long Id, EngineFault Fault) : EngineReply(Id);

/// <summary>Belongs to no order: what the engine did, or null when it has nothing left to do, and what it then had.</summary>
internal sealed record StepReply(long Id, DecodeStep? Step, EngineLoad Load) : EngineReply(Id);
