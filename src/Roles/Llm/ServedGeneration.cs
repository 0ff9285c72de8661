using System.Diagnostics;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Llm.Metrics;
using NodeBox.Roles.Llm.Timing;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>Some tokens of an answer: their text together, and why it ended where they are the last.</summary>
internal readonly record struct TextPiece(string Text, FinishReason? Finish);

/// <summary>A generation as the API sees it: its text in pieces, its token counts, and what is measured of it on the way.</summary>
/// <param name="generation">The generation; it is read once.</param>
/// <param name="inference">Where it runs.</param>
/// <param name="operation">What it is called in telemetry: chat or text_completion.</param>
/// <param name="arrivedAt">When the request came, as <see cref="Stopwatch.GetTimestamp"/> counts.</param>
internal sealed class ServedGeneration(RunningGeneration generation, Inference inference, string operation, long arrivedAt)
{
    private readonly LlmMetrics _metrics = inference.Metrics;
    private readonly TokenTimes? _times = Spans.Served?.GetBaggageItem(Spans.TimingBaggage) is null ? null : new(generation);
    private long _firstAt;
    private long _lastAt;

    public string Model => inference.Settings.Name;

    /// <summary>Tokens in one event of a stream.</summary>
    public int ChunkTokens => inference.Settings.ChunkTokens;

    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public TimeSpan QueueWait => generation.QueueWait;

    public Usage Usage => new(
        generation.PromptTokens,
        generation.CompletionTokens,
        generation.PromptTokens + generation.CompletionTokens,
        new PromptDetails(generation.CachedTokens));

    /// <summary>The text, <paramref name="tokens"/> tokens a piece.</summary>
    /// <exception cref="ApiException">The generation failed or took too long.</exception>
    /// <exception cref="OperationCanceledException">The client went away.</exception>
    public async IAsyncEnumerable<TextPiece> ReadAllAsync(int tokens)
    {
        string outcome = "cancelled";
        try
        {
            await using IAsyncEnumerator<GeneratedToken> generated = generation.ReadAllAsync().GetAsyncEnumerator();
            string text = "";
            int held = 0;
            while (await NextAsync(generated, failure => outcome = failure))
            {
                Observe(generated.Current);
                text += generated.Current.Text;
                if (++held < tokens && generated.Current.Finish is null)
                {
                    continue;
                }

                outcome = generated.Current.Finish?.ToString().ToLowerInvariant() ?? outcome;
                yield return new TextPiece(text, generated.Current.Finish);
                text = "";
                held = 0;
            }
        }
        finally
        {
            End(outcome);
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<GeneratedToken> tokens, Action<string> failed)
    {
        try
        {
            return await tokens.MoveNextAsync();
        }
        catch (Exception e) when (Inference.Failure(e) is { } failure)
        {
            failed(failure.Code);
            throw failure;
        }
    }

    private void Observe(GeneratedToken token)
    {
        if (_firstAt == 0)
        {
            _firstAt = token.At;
            _metrics.TimeToFirstToken.Observe(Model, Stopwatch.GetElapsedTime(arrivedAt, token.At).TotalSeconds);
            _metrics.QueueWait.Observe(Model, generation.QueueWait.TotalSeconds);
            _metrics.PromptTokens.Observe(Model, generation.PromptTokens);
            _metrics.CachedTokens.Observe(Model, generation.CachedTokens);
        }
        else
        {
            _metrics.InterToken.Observe(Model, Stopwatch.GetElapsedTime(_lastAt, token.At).TotalSeconds);
        }

        _lastAt = token.At;
        _times?.Add(token);
        if (token.Finish is not null)
        {
            _metrics.EndToEnd.Observe(Model, Stopwatch.GetElapsedTime(arrivedAt, token.At).TotalSeconds);
            _metrics.CompletionTokens.Observe(Model, generation.CompletionTokens);
        }
    }

    private void End(string outcome)
    {
        _metrics.Generations.Add(Model, outcome);
        if (Spans.Served is { } span)
        {
            span.SetTag(SemanticConventions.OperationName, operation);
            span.SetTag(SemanticConventions.RequestModel, Model);
            span.SetTag(SemanticConventions.RequestMaxTokens, generation.MaxTokens);
            span.SetTag(SemanticConventions.UsageInputTokens, generation.PromptTokens);
            span.SetTag(SemanticConventions.UsageOutputTokens, generation.CompletionTokens);
            span.SetTag(SemanticConventions.CachedInputTokens, generation.CachedTokens);
            span.SetTag(SemanticConventions.QueueWaitMs, generation.QueueWait.TotalMilliseconds);
            if (_firstAt != 0)
            {
                span.SetTag(SemanticConventions.TimeToFirstTokenMs, Stopwatch.GetElapsedTime(arrivedAt, _firstAt).TotalMilliseconds);
            }

            span.SetTag(SemanticConventions.LlmTiming, _times?.Recorded(Model)?.ToJson());
            Resources.AddTo(span, inference.Engine);
        }
    }
}
