using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>POST /v1/completions: goes on with a text.</summary>
internal sealed class CompletionEndpoint(ServedModels models, JsonBody body)
{
    private const string PromptField = "prompt";
    private const int MaxTokensDefault = 16;

    public async Task ServeAsync(HttpContext context)
    {
        long arrivedAt = Stopwatch.GetTimestamp();
        CompletionRequest request = await body.ReadAsync(context, LlmJson.Default.CompletionRequest);
        FieldRules.CheckGeneration(request);
        Inference inference = models.Choose(context, request.Model);
        IReadOnlyList<string> stop = StopReader.Read(request.Stop, mayCall: false);
        TextOrTokens prompt = OnlyPrompt(request);
        GenerationRequest asked = GenerationRequests.Of(request, request.MaxTokens ?? MaxTokensDefault, null, stop, inference.Settings) with
        {
            Prompt = prompt.Tokens ?? [],
            Text = prompt.Parts,
        };
        RunningGeneration generation = await inference.SubmitAsync(asked, PromptField, arrivedAt, context.RequestAborted);
        var served = new ServedGeneration(generation, inference, "text_completion", arrivedAt);
        string finish = await (request.Stream is true
            ? StreamAsync(context, served, request.StreamOptions?.IncludeUsage is true)
            : CollectAsync(context, served));
        Spans.Served?.SetTag(SemanticConventions.ResponseFinishReasons, new[] { finish });
    }

    private static TextOrTokens OnlyPrompt(CompletionRequest request) =>
        TokenReader.ReadAll(request.Prompt, PromptField) is [var one]
            ? one
            : throw new ApiException(400, "'prompt' may have only one entry.", PromptField, "unsupported_parameter");

    private static async Task<string> StreamAsync(HttpContext context, ServedGeneration served, bool includeUsage)
    {
        TextCompletion answer = Empty(served);
        string? finish = null;
        EventStream.Begin(context);
        await foreach (TextPiece piece in served.ReadAllAsync(served.ChunkTokens))
        {
            finish = Reply.NameOf(piece.Finish);
            await EventStream.WriteAsync(
                context, answer with { Choices = [new TextChoice(0, piece.Text, finish)] }, LlmJson.Default.TextCompletion);
        }

        if (includeUsage)
        {
            await EventStream.WriteAsync(context, answer with { Usage = served.Usage }, LlmJson.Default.TextCompletion);
        }

        await EventStream.EndAsync(context);
        return finish!;
    }

    private static async Task<string> CollectAsync(HttpContext context, ServedGeneration served)
    {
        var text = new StringBuilder();
        string? finish = null;
        await foreach (TextPiece piece in served.ReadAllAsync(tokens: 1))
        {
            text.Append(piece.Text);
            finish = Reply.NameOf(piece.Finish);
        }

        TextCompletion answer = Empty(served) with { Choices = [new TextChoice(0, text.ToString(), finish)], Usage = served.Usage };
        await Answers.WriteAsync(context, StatusCodes.Status200OK, answer, LlmJson.Default.TextCompletion);
        return finish!;
    }

    private static TextCompletion Empty(ServedGeneration served) =>
        new($"cmpl-{Guid.NewGuid():n}", "text_completion", served.Created, served.Model, []);
}
