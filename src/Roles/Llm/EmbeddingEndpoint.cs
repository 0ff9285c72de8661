using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.Roles.Llm.Api;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Llm;

/// <summary>POST /v1/embeddings.</summary>
internal sealed class EmbeddingEndpoint(ServedModels models, JsonBody body)
{
    private const string InputField = "input";

    public async Task ServeAsync(HttpContext context)
    {
        long arrivedAt = Stopwatch.GetTimestamp();
        EmbeddingRequest request = await body.ReadAsync(context, LlmJson.Default.EmbeddingRequest);
        FieldRules.Check(request);
        Inference inference = models.Choose(context, request.Model);
        int most = inference.Engine.Options.EmbeddingTokens;
        if (most == 0)
        {
            throw new ApiException(
                StatusCodes.Status404NotFound, "Embeddings are not served here: embedding_tokens is 0.", code: "unknown_url");
        }

        bool asText = request.EncodingFormat switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw ApiException.Invalid("encoding_format", "'encoding_format' must be float or base64."),
        };
        int tokens = 0;
        var entries = new List<EmbeddingEntry>();
        foreach (TextOrTokens text in TokenReader.ReadAll(request.Input, InputField))
        {
            int[] input = await inference.TokenizeAsync(text, InputField, most, context.RequestAborted);
            float[] embedding = await inference.EmbedAsync(input, InputField, arrivedAt, context.RequestAborted);
            tokens += input.Length;
            CheckDimensions(request.Dimensions, embedding.Length);
            entries.Add(new EmbeddingEntry("embedding", entries.Count, asText ? Base64(embedding) : Numbers(embedding)));
        }

        Spans.Served?.SetTag(SemanticConventions.OperationName, "embeddings");
        Spans.Served?.SetTag(SemanticConventions.UsageInputTokens, tokens);
        var list = new EmbeddingList("list", entries, inference.Settings.Name, new EmbeddingUsage(tokens, tokens));
        await Answers.WriteAsync(context, StatusCodes.Status200OK, list, LlmJson.Default.EmbeddingList);
    }

    private static void CheckDimensions(int? asked, int size)
    {
        if (asked is not null && asked != size)
        {
            throw ApiException.Invalid("dimensions", $"'dimensions' must be {size}, which is what the model has.");
        }
    }

    private static JsonElement Numbers(float[] embedding) => JsonSerializer.SerializeToElement(embedding, LlmJson.Default.SingleArray);

    private static JsonElement Base64(float[] embedding) => JsonSerializer.SerializeToElement(
        Convert.ToBase64String(MemoryMarshal.AsBytes(embedding.AsSpan())), LlmJson.Default.String);
}
