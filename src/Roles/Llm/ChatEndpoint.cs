using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>POST /v1/chat/completions: every request is inference, streamed or collected into one answer.</summary>
internal sealed class ChatEndpoint(ServedModels models, JsonBody body)
{
    private const string PromptField = "messages";

    public async Task ServeAsync(HttpContext context)
    {
        long arrivedAt = Stopwatch.GetTimestamp();
        ChatRequest request = await body.ReadAsync(context, LlmJson.Default.ChatRequest);
        FieldRules.CheckGeneration(request);
        FieldRules.CheckRange("max_completion_tokens", request.MaxCompletionTokens, 1, int.MaxValue);
        Inference inference = models.Choose(context, request.Model);
        IReadOnlyList<ChatMessage> turns = MessageReader.Read(request.Messages);
        ToolUse tools = ToolReader.Read(request, inference.Template.Calls, CopiedBy(turns, inference.Settings.CopiedArguments));
        string? format = FormatReader.Read(request.ResponseFormat);
        if (tools.MayCall && format is not null)
        {
            throw ApiException.Invalid(
                "response_format",
                "'response_format' is not supported together with tools that the model may call; set 'tool_choice' to \"none\".");
        }

        IReadOnlyList<string> stop = StopReader.Read(request.Stop, tools.MayCall);
        IReadOnlyList<PromptPart> rendered = inference.Template.Render(turns, tools.Tools);
        GenerationRequest asked = GenerationRequests.Of(
            request, request.MaxCompletionTokens ?? request.MaxTokens, tools.Grammar ?? format, stop, inference.Settings);
        RunningGeneration generation = await inference.SubmitAsync(asked with { Text = rendered }, PromptField, arrivedAt, context.RequestAborted);
        var served = new ServedGeneration(generation, inference, "chat", arrivedAt);
        var reply = new Reply(tools.MayCall ? inference.Template.Calls : null);
        await (request.Stream is true
            ? StreamAsync(context, served, reply, request.StreamOptions?.IncludeUsage is true)
            : CollectAsync(context, served, reply));
        Spans.Served?.SetTag(SemanticConventions.ResponseFinishReasons, new[] { reply.FinishReason! });
    }

    private static CopiedNumbers? CopiedBy(IReadOnlyList<ChatMessage> turns, IReadOnlyList<string> arguments) =>
        arguments.Count > 0 ? CopiedNumbers.Of(turns, arguments) : null;

    private static async Task StreamAsync(HttpContext context, ServedGeneration served, Reply reply, bool includeUsage)
    {
        string id = NewId();
        ChatChunk Chunk(params ChunkChoice[] choices) => new(id, "chat.completion.chunk", served.Created, served.Model, choices);

        EventStream.Begin(context);
        await foreach (TextPiece piece in served.ReadAllAsync(served.ChunkTokens))
        {
            Delta delta = reply.Add(piece);
            await EventStream.WriteAsync(context, Chunk(new ChunkChoice(0, delta, reply.FinishReason)), LlmJson.Default.ChatChunk);
        }

        if (includeUsage)
        {
            await EventStream.WriteAsync(context, Chunk() with { Usage = served.Usage }, LlmJson.Default.ChatChunk);
        }

        await EventStream.EndAsync(context);
    }

    private static async Task CollectAsync(HttpContext context, ServedGeneration served, Reply reply)
    {
        var collector = new ReplyCollector();
        await foreach (TextPiece piece in served.ReadAllAsync(tokens: 1))
        {
            collector.Add(reply.Add(piece));
        }

        var completion = new ChatCompletion(
            NewId(),
            "chat.completion",
            served.Created,
            served.Model,
            [new Choice(0, collector.Message, reply.FinishReason!)],
            served.Usage);
        await Answers.WriteAsync(context, StatusCodes.Status200OK, completion, LlmJson.Default.ChatCompletion);
    }

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():n}";
}
