using NodeBox.Llama.Inference;

namespace NodeBox.Roles.Llm.Metrics;

/// <summary>What the llm role measures of itself, for <c>GET /metrics</c>.</summary>
internal sealed class LlmMetrics
{
    // From 50 µs, a step of the testbed's model, to minutes.
    private static readonly double[] s_seconds =
    [
        0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120,
    ];

    private static readonly double[] s_tokens = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];

    private static readonly double[] s_sequences = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256];

    public Counters Requests { get; } = new("nodebox_llm_requests_total", "Answers by HTTP status; without a model those to requests that chose none.", "status");

    public Counters Rejections { get; } = new("nodebox_llm_rejections_total", "Requests refused, by the error's code; without a model those that chose none.", "code");

    public Counters Generations { get; } = new("nodebox_llm_generations_total", "Generations by how they ended.", "outcome");

    public Histogram TimeToFirstToken { get; } = new(
        "nodebox_llm_time_to_first_token_seconds", "From the request's arrival to its first token.", s_seconds);

    public Histogram InterToken { get; } = new(
        "nodebox_llm_inter_token_seconds", "Between one token of a request and its next, at the decode thread.", s_seconds);

    public Histogram EndToEnd { get; } = new(
        "nodebox_llm_request_seconds", "From the request's arrival to its last token, of those that came to their end.", s_seconds);

    public Histogram QueueWait { get; } = new("nodebox_llm_queue_wait_seconds", "Waiting for a slot.", s_seconds);

    public Histogram PromptTokens { get; } = new("nodebox_llm_prompt_tokens", "Tokens of a prompt.", s_tokens);

    public Histogram CachedTokens { get; } = new(
        "nodebox_llm_cached_prompt_tokens", "Tokens of a prompt that were in the cache.", s_tokens);

    public Histogram CompletionTokens { get; } = new("nodebox_llm_completion_tokens", "Tokens generated for a request.", s_tokens);

    public Histogram BatchSequences { get; } = new("nodebox_llm_batch_sequences", "Requests decoded in one step.", s_sequences);

    public Histogram BatchTokens { get; } = new("nodebox_llm_batch_tokens", "Tokens decoded in one step.", s_tokens);

    public void Observe(string model, DecodeStep step)
    {
        BatchSequences.Observe(model, step.Sequences);
        BatchTokens.Observe(model, step.Tokens);
    }

    /// <summary>Everything in Prometheus's text format, with the state of the models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="bufferedBytes">Bytes of the requests being served.</param>
    public string Text(IReadOnlyList<Inference> models, long bufferedBytes)
    {
        var text = new MetricsText();
        foreach (Counters counters in (Counters[])[Requests, Rejections, Generations])
        {
            counters.WriteTo(text);
        }

        Histogram[] histograms =
        [
            TimeToFirstToken, InterToken, EndToEnd, QueueWait, PromptTokens, CachedTokens, CompletionTokens, BatchSequences, BatchTokens,
        ];
        foreach (Histogram histogram in histograms)
        {
            histogram.WriteTo(text);
        }

        ModelGauges.WriteTo(text, models);
        text.Begin("nodebox_llm_buffered_bytes", "gauge", "Bytes of the requests being served.");
        text.Add("nodebox_llm_buffered_bytes", bufferedBytes);
        return text.ToString();
    }
}
