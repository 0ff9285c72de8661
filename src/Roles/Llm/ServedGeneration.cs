using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>
/// A generation as the API sees it: the pieces of its answer under one id, its token counts, and the same facts on the request's span.
/// </summary>
internal sealed class ServedGeneration(Generation generation, Reply reply, string model)
{
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():n}";
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly long _begin = Stopwatch.GetTimestamp();

    /// <summary>Why the generation ended; null before the last piece.</summary>
    public string? FinishReason => reply.FinishReason;

    public Usage Usage => new(generation.PromptTokens, generation.CompletionTokens, generation.PromptTokens + generation.CompletionTokens);

    public ChatChunk Chunk(IReadOnlyList<ChunkChoice> choices) => new(_id, "chat.completion.chunk", _created, model, choices);

    public ChatCompletion Completion(AnswerMessage message) =>
        new(_id, "chat.completion", _created, model, [new Choice(0, message, FinishReason!)], Usage);

    /// <summary>The pieces of the answer, one a token.</summary>
    /// <exception cref="ApiException">The generation failed or took too long.</exception>
    public async IAsyncEnumerable<Delta> ReadAllAsync()
    {
        Activity? span = Activity.Current;
        span?.SetTag(SemanticConventions.OperationName, "chat");
        span?.SetTag(SemanticConventions.RequestModel, model);
        span?.SetTag(SemanticConventions.RequestMaxTokens, generation.Request.MaxTokens);
        span?.SetTag(SemanticConventions.UsageInputTokens, generation.PromptTokens);

        await using IAsyncEnumerator<GeneratedToken> tokens = generation.ReadAllAsync().GetAsyncEnumerator();
        TimeSpan? firstToken = null;
        while (await NextAsync(tokens))
        {
            firstToken ??= Stopwatch.GetElapsedTime(_begin);
            yield return reply.Add(tokens.Current);
        }

        span?.SetTag(SemanticConventions.TimeToFirstTokenMs, firstToken?.TotalMilliseconds);

        span?.SetTag(SemanticConventions.UsageOutputTokens, generation.CompletionTokens);
        span?.SetTag(SemanticConventions.ResponseFinishReasons, new[] { FinishReason! });
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<GeneratedToken> tokens)
    {
        try
        {
            return await tokens.MoveNextAsync();
        }
        catch (TimeoutException e)
        {
            throw new ApiException(StatusCodes.Status504GatewayTimeout, e.Message, code: "deadline_exceeded");
        }
        catch (OperationCanceledException e) when (!e.CancellationToken.CanBeCanceled)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, e.Message, code: "stopping");
        }
        catch (DecodeException e)
        {
            throw new ApiException(StatusCodes.Status500InternalServerError, e.Message, code: "inference_failed");
        }
    }
}
