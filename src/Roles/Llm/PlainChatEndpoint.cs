using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Http;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Llm;

/// <summary>
/// POST /chat, for agents that know nothing but LLM_SERVER_URL: {prompt} gives {output, meta}, as the server of
/// dlamagna/agentic-traffic-testing answers it.
/// </summary>
internal sealed class PlainChatEndpoint(ServedModels models, JsonBody body)
{
    private const string PromptField = "prompt";

    // That server's own default.
    private const float Temperature = 0.2f;

    public async Task ServeAsync(HttpContext context)
    {
        long arrivedAt = Stopwatch.GetTimestamp();
        PlainChatRequest request = await body.ReadAsync(context, LlmJson.Default.PlainChatRequest);
        FieldRules.CheckRange("max_tokens", request.MaxTokens, 1, int.MaxValue);
        string text = (request.Prompt is { Length: > 0 } prompt ? prompt : request.Input) is { Length: > 0 } given
            ? given
            : throw ApiException.Invalid(PromptField, "'prompt' must be a text.");
        Inference inference = models.ChooseAny(context, null);
        ModelSettings settings = inference.Settings;
        var asked = new GenerationRequest
        {
            Text = Prompt(request, text, inference.Template),
            MaxTokens = request.MaxTokens ?? settings.MaxTokensDefault,
            FitsContext = request.MaxTokens is null,
            Sampling = new Sampling(Temperature),
        };
        RunningGeneration generation = await inference.SubmitAsync(asked, PromptField, arrivedAt, context.RequestAborted);
        var served = new ServedGeneration(generation, inference, "chat", arrivedAt);
        var output = new StringBuilder();
        await foreach (TextPiece piece in served.ReadAllAsync(tokens: 1))
        {
            output.Append(piece.Text);
        }

        PlainChatMeta meta = Meta(served, RequestId(context, request), Stopwatch.GetElapsedTime(arrivedAt));
        await Answers.WriteAsync(
            context, StatusCodes.Status200OK, new PlainChatAnswer(output.ToString(), meta), LlmJson.Default.PlainChatAnswer);
    }

    private static IReadOnlyList<PromptPart> Prompt(PlainChatRequest request, string text, ChatTemplate template)
    {
        if (request.SkipChatTemplate is true)
        {
            return [new PromptPart(text, true)];
        }

        var user = new ChatMessage(ChatRole.User, text);
        ChatMessage[] messages = request.SystemPrompt is { Length: > 0 } system ? [new ChatMessage(ChatRole.System, system), user] : [user];
        return template.Render(messages, []);
    }

    private static string RequestId(HttpContext context, PlainChatRequest request) =>
        context.Request.Headers["X-Request-ID"] is [{ Length: > 0 } header, ..] ? header : request.RequestId ?? $"{Guid.NewGuid():n}"[..8];

    private static PlainChatMeta Meta(ServedGeneration served, string requestId, TimeSpan latency)
    {
        Usage usage = served.Usage;
        Activity? span = Activity.Current;
        return new PlainChatMeta(
            requestId,
            (long)latency.TotalMilliseconds,
            Math.Round(served.QueueWait.TotalSeconds, 4),
            usage.PromptTokens,
            usage.CompletionTokens,
            usage.TotalTokens,
            span is null ? null : new PlainChatTrace(span.TraceId.ToHexString(), span.SpanId.ToHexString()));
    }
}
