using System.Text;
using Microsoft.AspNetCore.Http;
using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>POST /v1/chat/completions: every request is inference, streamed one token an event or collected into one answer.</summary>
internal sealed class ChatEndpoint(Engine engine, LlmSettings settings)
{
    public async Task ServeAsync(HttpContext context)
    {
        ChatRequest request = await ChatRequestReader.ReadAsync(context, settings.MaxRequestBytes);
        CheckModel(request.Model);
        ToolUse tools = ToolReader.Read(request);
        IReadOnlyList<string> stop = StopReader.Read(request.Stop, mayCall: tools.Grammar is not null);
        int[] prompt = engine.Tokenize(ChatMl.Render(MessageReader.Read(request), tools.Tools));
        var generationRequest = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = request.MaxCompletionTokens ?? request.MaxTokens ?? Math.Clamp(settings.Context - prompt.Length, 1, settings.MaxTokensDefault),
            Grammar = tools.Grammar,
            Stop = stop,
            Deadline = settings.Deadline,
            Sampling = SamplingOf(request),
        };

        Generation generation = Submit(generationRequest, context.RequestAborted);
        var served = new ServedGeneration(generation, new Reply(mayCall: tools.Grammar is not null), settings.Name);
        if (request.Stream is true)
        {
            await StreamAsync(context, served, includeUsage: request.StreamOptions?.IncludeUsage is true);
        }
        else
        {
            await CollectAsync(context, served);
        }
    }

    private void CheckModel(string? model)
    {
        if (model is null)
        {
            throw ApiException.Invalid("model", "'model' must be given.");
        }

        if (model != settings.Name)
        {
            throw new ApiException(
                StatusCodes.Status404NotFound, $"The model '{model}' is not served here; '{settings.Name}' is.", "model", "model_not_found");
        }
    }

    private static Sampling SamplingOf(ChatRequest request)
    {
        var defaults = new Sampling();
        return new Sampling(
            (float?)request.Temperature ?? defaults.Temperature,
            request.TopK ?? defaults.TopK,
            (float?)request.TopP ?? defaults.TopP,
            request.Seed is { } seed ? (uint)(seed ^ (seed >> 32)) : null);
    }

    private Generation Submit(GenerationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return engine.Submit(request, cancellationToken);
        }
        catch (ContextOverflowException e)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, e.Message, "messages", "context_length_exceeded");
        }
        catch (QueueFullException e)
        {
            throw new ApiException(StatusCodes.Status429TooManyRequests, $"{e.Message} Try again later.", code: "queue_full");
        }
        catch (ObjectDisposedException)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", code: "stopping");
        }
    }

    private static async Task StreamAsync(HttpContext context, ServedGeneration served, bool includeUsage)
    {
        EventStream.Begin(context);
        await foreach (Delta delta in served.ReadAllAsync())
        {
            await EventStream.WriteAsync(context, served.Chunk([new ChunkChoice(0, delta, served.FinishReason)]), LlmJson.Default.ChatChunk);
        }

        if (includeUsage)
        {
            await EventStream.WriteAsync(context, served.Chunk([]) with { Usage = served.Usage }, LlmJson.Default.ChatChunk);
        }

        await EventStream.EndAsync(context);
    }

    private static async Task CollectAsync(HttpContext context, ServedGeneration served)
    {
        var content = new StringBuilder();
        var arguments = new StringBuilder();
        ToolCall? call = null;
        await foreach (Delta delta in served.ReadAllAsync())
        {
            content.Append(delta.Content);
            ToolCall? piece = delta.ToolCalls?[0];
            call ??= piece;
            arguments.Append(piece?.Function?.Arguments);
        }

        AnswerMessage message = call is null
            ? new AnswerMessage("assistant", content.ToString())
            : new AnswerMessage("assistant", null, [call with { Index = null, Function = new CalledFunction(call.Function!.Name, arguments.ToString()) }]);
        await Answers.WriteAsync(context, StatusCodes.Status200OK, served.Completion(message), LlmJson.Default.ChatCompletion);
    }
}
