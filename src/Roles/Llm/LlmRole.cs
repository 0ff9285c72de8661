using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodeBox.Llama;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Llm.Metrics;

namespace NodeBox.Roles.Llm;

/// <summary>The llm role: models, each in a process of its own, behind one OpenAI-compatible API.</summary>
public sealed class LlmRole : IAsyncDisposable
{
    private readonly LlmSettings _settings;
    private readonly LlmMetrics _metrics;
    private readonly ServedModels _models;

    private LlmRole(LlmSettings settings, LlmMetrics metrics, ServedModels models)
    {
        _settings = settings;
        _metrics = metrics;
        _models = models;
    }

    /// <summary>What it serves.</summary>
    internal ServedModels Models => _models;

    /// <summary>Starts the models' processes and waits until they are loaded.</summary>
    /// <param name="settings">The models and how they are served.</param>
    /// <param name="program">What runs as the process of a model.</param>
    /// <param name="log">Says when such a process ends and is started again.</param>
    /// <exception cref="ModelException">A model file cannot be used, or not with its settings.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static async Task<LlmRole> StartAsync(LlmSettings settings, EngineProgram program, ILogger log)
    {
        var metrics = new LlmMetrics();
        return new(settings, metrics, await ServedModels.StartAsync(settings.Models, metrics, program, log));
    }

    /// <summary>
    /// Serves OpenAI's API under <c>/v1</c>, <c>/tokenize</c>, <c>/detokenize</c>, <c>/chat</c>, <c>/health</c>, <c>/ready</c> and
    /// <c>/metrics</c>.
    /// </summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var body = new JsonBody(_settings.MaxRequestBytes, _settings.MaxBufferedBytes);
        var answers = new Answers(_metrics, _models.All.Max(static model => model.Settings.Deadline));
        var tokens = new TokenEndpoints(_models, body);
        Dictionary<string, RequestDelegate> posts = new()
        {
            ["/v1/chat/completions"] = new ChatEndpoint(_models, body).ServeAsync,
            ["/v1/completions"] = new CompletionEndpoint(_models, body).ServeAsync,
            ["/v1/embeddings"] = new EmbeddingEndpoint(_models, body).ServeAsync,
            ["/tokenize"] = tokens.TokenizeAsync,
            ["/detokenize"] = tokens.DetokenizeAsync,
            ["/chat"] = new PlainChatEndpoint(_models, body).ServeAsync,
        };
        foreach ((string path, RequestDelegate serve) in posts)
        {
            routes.MapPost(path, context => answers.GuardAsync(context, serve));
        }

        MapState(routes);
        routes.MapGet("/metrics", context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(_metrics.Text(_models.All, body.Buffered), context.RequestAborted);
        });
        routes.MapFallback(context => answers.GuardAsync(context, NotServed));
    }

    /// <summary>Ends the models' processes, and all requests that they still have.</summary>
    public ValueTask DisposeAsync() => _models.DisposeAsync();

    private void MapState(IEndpointRouteBuilder routes)
    {
        IHostApplicationLifetime lifetime = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        long startedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var models = new ModelList(
            "list",
            [.. _models.All.Select(model => new ModelEntry(model.Name, "model", startedAt, "nodebox", model.Settings.Options.Context))]);
        routes.MapGet("/v1/models", context => Answers.WriteAsync(context, StatusCodes.Status200OK, models, LlmJson.Default.ModelList));
        routes.MapGet("/health", context => Answers.WriteAsync(context, StatusCodes.Status200OK, new Health("ok"), LlmJson.Default.Health));
        routes.MapGet("/ready", context =>
        {
            string? whyNot = lifetime.ApplicationStopping.IsCancellationRequested ? "stopping" : Failures();
            return whyNot is null
                ? Answers.WriteAsync(context, StatusCodes.Status200OK, new Health("ready"), LlmJson.Default.Health)
                : Answers.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new Health(whyNot), LlmJson.Default.Health);
        });
    }

    /// <summary>Which models do not serve, and why; null where all do.</summary>
    private string? Failures()
    {
        string[] failures = [.. _models.All
            .Select(static model => (model.Name, model.Engine.State.Failure))
            .Where(static model => model.Failure is not null)
            .Select(static model => $"{model.Name}: {model.Failure!.Message}")];
        return failures.Length == 0 ? null : string.Join(" ", failures);
    }

    private static Task NotServed(HttpContext context) => throw new ApiException(
        StatusCodes.Status404NotFound, $"{context.Request.Method} {context.Request.Path} is not served here.", code: "unknown_url");
}
