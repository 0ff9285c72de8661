using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace NodeBox.Roles.Llm.Api;

/// <summary>Reads a request body and refuses, by name, every field that is wrong or would have to be ignored.</summary>
internal static class ChatRequestReader
{
    // Fields that do not change the answer.
    private static readonly HashSet<string> s_ignored =
        ["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key", "parallel_tool_calls"];

    // Fields that are not supported, with the value that asks for nothing.
    private static readonly Dictionary<string, JsonElement> s_neutral = new()
    {
        ["n"] = Json("1"),
        ["logprobs"] = Json("false"),
        ["top_logprobs"] = Json("0"),
        ["presence_penalty"] = Json("0"),
        ["frequency_penalty"] = Json("0"),
        ["logit_bias"] = Json("{}"),
        ["response_format"] = Json("""{"type":"text"}"""),
        ["modalities"] = Json("""["text"]"""),
    };

    /// <summary>Reads the whole body, at most <paramref name="maxBytes"/>.</summary>
    public static async Task<ChatRequest> ReadAsync(HttpContext context, int maxBytes)
    {
        byte[] body = await ReadBodyAsync(context, maxBytes);
        try
        {
            CheckText(body);
            ChatRequest request = JsonSerializer.Deserialize(body, LlmJson.Default.ChatRequest)
                ?? throw ApiException.Invalid("messages", "The body is null.");
            CheckFields(request);
            return request;
        }
        catch (JsonException e)
        {
            string? field = e.Path is { Length: > 2 } path ? path[2..] : null;
            string what = field is null ? "The body is not a JSON object" : $"'{field}' has the wrong type or is not JSON";
            string where = $"(line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
            throw new ApiException(StatusCodes.Status400BadRequest, $"{what} {where}.", field, "invalid_json");
        }
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context, int maxBytes)
    {
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0;)
        {
            if (body.Length + read > maxBytes)
            {
                throw new ApiException(
                    StatusCodes.Status413PayloadTooLarge, $"The request body is larger than {maxBytes} bytes.", code: "request_too_large");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>
    /// Refuses text that is not Unicode here, once, because <see cref="JsonElement.GetString"/> would throw wherever it is read.
    /// </summary>
    private static void CheckText(byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not UTF-8.", code: "invalid_json");
        }

        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new ApiException(
                    StatusCodes.Status400BadRequest,
                    $"The text at byte {reader.TokenStartIndex} has half of a surrogate pair.",
                    code: "invalid_json");
            }
        }
    }

    private static void CheckFields(ChatRequest request)
    {
        foreach ((string name, JsonElement value) in request.Others ?? [])
        {
            bool harmless = value.ValueKind == JsonValueKind.Null
                || s_ignored.Contains(name)
                || (s_neutral.TryGetValue(name, out JsonElement neutral) && JsonElement.DeepEquals(value, neutral));
            if (!harmless)
            {
                throw new ApiException(
                    StatusCodes.Status400BadRequest,
                    s_neutral.ContainsKey(name) ? $"'{name}' is only supported as {s_neutral[name].GetRawText()}." : $"'{name}' is not supported.",
                    name,
                    "unsupported_parameter");
            }
        }

        CheckRange("temperature", request.Temperature, 0, 2);
        CheckRange("top_p", request.TopP, 0.0001, 1);
        CheckRange("top_k", request.TopK, 0, int.MaxValue);
        CheckRange("max_tokens", request.MaxTokens, 1, int.MaxValue);
        CheckRange("max_completion_tokens", request.MaxCompletionTokens, 1, int.MaxValue);
        if (request.StreamOptions is not null && request.Stream is not true)
        {
            throw ApiException.Invalid("stream_options", "'stream_options' is only allowed with 'stream': true.");
        }
    }

    private static void CheckRange(string name, double? value, double least, double most)
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
