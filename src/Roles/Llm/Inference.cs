using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeBox.Llama;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Gguf;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Llm.Metrics;

namespace NodeBox.Roles.Llm;

/// <summary>The engine as the endpoints use it: its refusals are answers of the API, and everything is measured.</summary>
internal sealed class Inference(IInferenceEngine engine, ChatTemplate template, ModelSettings settings, LlmMetrics metrics)
{
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromMinutes(1);

    public IInferenceEngine Engine => engine;

    /// <summary>How the model is spoken to.</summary>
    public ChatTemplate Template => template;

    public string Name => settings.Name;

    public ModelSettings Settings => settings;

    public LlmMetrics Metrics => metrics;

    /// <summary>Starts a model and waits until it is loaded.</summary>
    /// <exception cref="ModelException">The model cannot be used, or not with these settings.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static async Task<Inference> StartAsync(ModelSettings settings, LlmMetrics metrics, EngineProgram program, ILogger log)
    {
        ChatTemplate template = settings.Engine == ModelSettings.Timed
            ? ChatTemplate.Choose(settings.ChatTemplate)
            : ChatTemplate.Choose(settings.ChatTemplate, GgufHeader.Read(settings.Options.ModelPath), settings.Options.ModelPath);
        IInferenceEngine engine = await EngineStart.RunAsync(settings, program, log);
        engine.Stepped += step => metrics.Observe(settings.Name, step);
        return new Inference(engine, template, settings, metrics);
    }

    /// <summary>The tokens of a prompt; one that cannot fit whatever its tokens are is refused before any are looked for.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="field">The field of the request that it comes from.</param>
    /// <param name="most">The most tokens that fit.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ApiException">It is too long, or cannot be served now.</exception>
    public Task<int[]> TokenizeAsync(
        IReadOnlyList<PromptPart> prompt, string field, int most, CancellationToken cancellationToken)
    {
        CheckLength(prompt, field, most);
        return ServeAsync(() => engine.TokenizeAsync(prompt, cancellationToken), field);
    }

    /// <summary>The tokens of a text that may be given as tokens.</summary>
    public async Task<int[]> TokenizeAsync(TextOrTokens text, string field, int most, CancellationToken cancellationToken)
    {
        int[] tokens = text.Tokens ?? await TokenizeAsync(text.Parts!, field, most, cancellationToken);
        return tokens.Length > 0 ? tokens : throw ApiException.Invalid(field, $"'{field}' must not be empty.");
    }

    /// <summary>The text of tokens.</summary>
    /// <exception cref="ApiException">A token is unknown, or it cannot be served now.</exception>
    public Task<string> DetokenizeAsync(IReadOnlyList<int> tokens, string field, CancellationToken cancellationToken) =>
        ServeAsync(() => engine.DetokenizeAsync(tokens, cancellationToken), field);

    /// <summary>Queues a generation. Its prompt is refused as by <see cref="TokenizeAsync(IReadOnlyList{PromptPart}, string, int, CancellationToken)"/>.</summary>
    /// <param name="request">The request, its deadline apart.</param>
    /// <param name="field">The field that its prompt comes from.</param>
    /// <param name="arrivedAt">When it came, as <see cref="Stopwatch.GetTimestamp"/> counts: its deadline counts from then.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="ApiException">It cannot be served, or not now.</exception>
    public Task<RunningGeneration> SubmitAsync(
        GenerationRequest request, string field, long arrivedAt, CancellationToken cancellationToken)
    {
        CheckLength(request.Text ?? [], field, settings.Options.Context);
        GenerationRequest limited = request with { Deadline = Left(arrivedAt) };
        return ServeAsync(() => engine.SubmitAsync(limited, cancellationToken), field);
    }

    /// <summary>Embeds a text.</summary>
    /// <exception cref="ApiException">It cannot be served, or not now.</exception>
    public Task<float[]> EmbedAsync(int[] tokens, string field, long arrivedAt, CancellationToken cancellationToken)
    {
        TimeSpan deadline = Left(arrivedAt);
        return ServeAsync(() => engine.EmbedAsync(tokens, deadline, cancellationToken), field);
    }

    /// <summary>The answer for a request that failed after it was accepted; null where nobody is left to answer.</summary>
    public static ApiException? Failure(Exception error) => error switch
    {
        TimeoutException => new ApiException(StatusCodes.Status504GatewayTimeout, error.Message, code: "deadline_exceeded"),
        OperationCanceledException { CancellationToken.CanBeCanceled: false } or ObjectDisposedException => Stopping(),
        EngineFailedException failed => new ApiException(StatusCodes.Status503ServiceUnavailable, error.Message, code: "engine_failed")
        {
            RetryAfter = failed.RetryAfter,
        },
        DecodeException => new ApiException(StatusCodes.Status500InternalServerError, error.Message, code: "inference_failed"),
        _ => null,
    };

    /// <summary>Has the engine do something, and translates why it does not.</summary>
    private async Task<T> ServeAsync<T>(Func<Task<T>> serve, string field)
    {
        try
        {
            return await serve();
        }
        catch (ContextOverflowException e)
        {
            throw Overflow(e.Message, field);
        }
        catch (QueueFullException e)
        {
            throw Full(e);
        }
        catch (ArgumentException e)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, e.Message, field, "invalid_request");
        }
        catch (Exception e) when (Failure(e) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>What is left of the time that a request may take.</summary>
    private TimeSpan Left(long arrivedAt)
    {
        TimeSpan left = settings.Deadline - Stopwatch.GetElapsedTime(arrivedAt);
        return left > TimeSpan.Zero
            ? left
            : throw Failure(new TimeoutException($"The request was not done in its {settings.Deadline.TotalSeconds:0.###} s."))!;
    }

    private void CheckLength(IReadOnlyList<PromptPart> prompt, string field, int most)
    {
        long least = engine.Model.LeastTokens(prompt);
        if (least > most)
        {
            throw Overflow($"The prompt has at least {least} tokens, but the context holds {most}.", field);
        }
    }

    private static ApiException Overflow(string message, string field) =>
        new(StatusCodes.Status400BadRequest, message, field, "context_length_exceeded");

    private static ApiException Stopping() =>
        new(StatusCodes.Status503ServiceUnavailable, "The server is stopping.", code: "stopping");

    /// <summary>Names the time in which, as requests went so far, those that wait will have been served.</summary>
    private ApiException Full(QueueFullException e)
    {
        double rounds = Math.Ceiling((engine.Load.Queued + 1.0) / settings.Options.Slots);
        double seconds = Math.Clamp(Math.Ceiling(rounds * metrics.EndToEnd.Mean(settings.Name)), 1, s_longestRetry.TotalSeconds);
        return new ApiException(StatusCodes.Status429TooManyRequests, $"{e.Message} Try again later.", code: "queue_full")
        {
            RetryAfter = TimeSpan.FromSeconds(seconds),
        };
    }
}
