using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>Makes what the engine takes of the fields of a request, its prompt and deadline apart.</summary>
internal static class GenerationRequests
{
    /// <param name="fields">The request, its fields checked.</param>
    /// <param name="maxTokens">What it says of the most tokens, if anything.</param>
    /// <param name="grammar">What the answer must follow, or null.</param>
    /// <param name="stop">What ends it.</param>
    /// <param name="settings">The defaults.</param>
    /// <exception cref="ApiException">Two fields contradict each other.</exception>
    public static GenerationRequest Of(
        GenerationFields fields, int? maxTokens, string? grammar, IReadOnlyList<string> stop, ModelSettings settings)
    {
        int most = maxTokens ?? settings.MaxTokensDefault;
        if (fields.MinTokens > most)
        {
            throw ApiException.Invalid("min_tokens", $"'min_tokens' is {fields.MinTokens}, but at most {most} are generated.");
        }

        if (grammar is not null && (fields.IgnoreEos is true || fields.MinTokens > 0))
        {
            string field = fields.IgnoreEos is true ? "ignore_eos" : "min_tokens";
            throw ApiException.Invalid(
                field, $"'{field}' is not supported where tools may be called or 'response_format' asks for JSON: both have an end.");
        }

        return new GenerationRequest
        {
            MaxTokens = most,
            FitsContext = maxTokens is null,
            MinTokens = fields.MinTokens ?? 0,
            IgnoreEnd = fields.IgnoreEos ?? false,
            Grammar = grammar,
            Stop = stop,
            Sampling = SamplingOf(fields),
        };
    }

    private static Sampling SamplingOf(GenerationFields fields)
    {
        var defaults = new Sampling();
        return new Sampling(
            (float?)fields.Temperature ?? defaults.Temperature,
            Math.Max(0, fields.TopK ?? defaults.TopK),
            (float?)fields.TopP ?? defaults.TopP,
            fields.Seed is { } seed ? (uint)(seed ^ (seed >> 32)) : null,
            (float?)fields.MinP ?? defaults.MinP,
            (float?)fields.FrequencyPenalty ?? defaults.FrequencyPenalty,
            (float?)fields.PresencePenalty ?? defaults.PresencePenalty);
    }
}
