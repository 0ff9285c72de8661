using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Api;

namespace NodeBox.Roles.Llm;

/// <summary>
/// Puts one model on its listener's routes. The listener's application owns the engine: it goes when the application stops.
/// </summary>
public static class LlmRole
{
    /// <summary>Loads the model and serves <c>/v1/chat/completions</c>, <c>/v1/models</c> and <c>/health</c>.</summary>
    /// <exception cref="ModelException">The model file, the context or the device cannot be used.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static void Map(IEndpointRouteBuilder routes, LlmSettings settings)
    {
        Engine engine = Start(settings);
        IHostApplicationLifetime lifetime = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>();
        lifetime.ApplicationStopped.Register(engine.Dispose);

        var chat = new ChatEndpoint(engine, settings);
        var models = new ModelList(
            "list", [new ModelEntry(settings.Name, "model", DateTimeOffset.UtcNow.ToUnixTimeSeconds(), "nodebox")]);
        routes.MapPost("/v1/chat/completions", context => Answers.GuardAsync(context, chat.ServeAsync));
        routes.MapGet("/v1/models", context => Answers.WriteAsync(context, StatusCodes.Status200OK, models, LlmJson.Default.ModelList));
        routes.MapGet("/health", context => Answers.WriteAsync(context, StatusCodes.Status200OK, new Health("ok"), LlmJson.Default.Health));
        routes.MapFallback(context => Answers.GuardAsync(context, NotServed));
    }

    private static Engine Start(LlmSettings settings)
    {
        if (settings.Device is not ("auto" or "cpu"))
        {
            throw new ModelException($"The device '{settings.Device}' is not supported: this version runs models on the processor. Set device = \"auto\".");
        }

        return Engine.Start(
            LlamaLibrary.Load(),
            new EngineOptions(settings.Model, settings.Context, settings.Threads, settings.QueueLimit));
    }

    private static Task NotServed(HttpContext context) => throw new ApiException(
        StatusCodes.Status404NotFound, $"{context.Request.Method} {context.Request.Path} is not served here.", code: "unknown_url");
}
