using System.Text.Json;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Refuses, by name, every field that is out of its range or would have to be ignored.</summary>
internal static class FieldRules
{
    // Fields that do not change the answer.
    private static readonly HashSet<string> s_ignored =
        ["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"];

    // Fields that are not supported, with the value that asks for nothing.
    private static readonly Dictionary<string, JsonElement> s_neutral = new()
    {
        ["n"] = Json("1"),
        ["best_of"] = Json("1"),
        ["echo"] = Json("false"),
        ["suffix"] = Json("\"\""),
        ["logprobs"] = Json("false"),
        ["top_logprobs"] = Json("0"),
        ["logit_bias"] = Json("{}"),
        ["modalities"] = Json("""["text"]"""),
        ["add_special_tokens"] = Json("true"),
    };

    public static void Check(RequestFields request)
    {
        foreach ((string name, JsonElement value) in request.Others ?? [])
        {
            bool harmless = value.ValueKind == JsonValueKind.Null
                || s_ignored.Contains(name)
                || (s_neutral.TryGetValue(name, out JsonElement neutral) && JsonElement.DeepEquals(value, neutral));
            if (!harmless)
            {
                string how = s_neutral.ContainsKey(name) ? $"only supported as {s_neutral[name].GetRawText()}" : "not supported";
                throw new ApiException(400, $"'{name}' is {how}.", name, "unsupported_parameter");
            }
        }
    }

    public static void CheckGeneration(GenerationFields request)
    {
        Check(request);
        CheckRange("temperature", request.Temperature, 0, 2);
        CheckRange("top_p", request.TopP, 0.0001, 1);
        CheckRange("top_k", request.TopK, -1, int.MaxValue);
        CheckRange("min_p", request.MinP, 0, 1);
        CheckRange("presence_penalty", request.PresencePenalty, -2, 2);
        CheckRange("frequency_penalty", request.FrequencyPenalty, -2, 2);
        CheckRange("max_tokens", request.MaxTokens, 1, int.MaxValue);
        CheckRange("min_tokens", request.MinTokens, 0, int.MaxValue);
        if (request.StreamOptions is not null && request.Stream is not true)
        {
            throw ApiException.Invalid("stream_options", "'stream_options' is only allowed with 'stream': true.");
        }
    }

    public static void CheckRange(string name, double? value, double least, double most)
    {
        if (value < least || value > most)
        {
            throw ApiException.Invalid(name, FormattableString.Invariant($"'{name}' is {value}, but must be from {least} to {most}."));
        }
    }

    private static JsonElement Json(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
