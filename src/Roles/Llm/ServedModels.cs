using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeBox.Llama;
using NodeBox.Roles.Llm.Api;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Llm.Metrics;

namespace NodeBox.Roles.Llm;

/// <summary>The models of a node, of which each request chooses one by its name.</summary>
internal sealed class ServedModels : IAsyncDisposable
{
    private const int LongestShown = 100;

    private readonly List<Inference> _models = [];

    private ServedModels()
    {
    }

    /// <summary>In the order of the settings.</summary>
    public IReadOnlyList<Inference> All => _models;

    /// <summary>Starts one model after the other, since each takes all processors while it is loaded.</summary>
    /// <exception cref="ModelException">A model cannot be used, or not with its settings.</exception>
    /// <exception cref="LlamaLibraryException">llama.cpp is missing or not the one this program was built for.</exception>
    public static async Task<ServedModels> StartAsync(
        IReadOnlyList<ModelSettings> settings, LlmMetrics metrics, EngineProgram program, ILogger log)
    {
        var models = new ServedModels();
        try
        {
            foreach (ModelSettings model in settings)
            {
                models._models.Add(await Inference.StartAsync(model, metrics, program, log));
            }

            return models;
        }
        catch
        {
            await models.DisposeAsync();
            throw;
        }
    }

    /// <summary>The model that a request names. What is measured of the request is measured of that model.</summary>
    /// <exception cref="ApiException">The name is missing or that of no model here.</exception>
    public Inference Choose(HttpContext context, string? name) => name is null
        ? throw ApiException.Invalid("model", "'model' must be given.")
        : ChooseAny(context, name);

    /// <summary>The model that a request names, or the first one where it names none.</summary>
    /// <exception cref="ApiException">The name is that of no model here.</exception>
    public Inference ChooseAny(HttpContext context, string? name)
    {
        Inference model = (name is null ? _models[0] : _models.Find(each => each.Name == name)) ?? throw NotServed(name!);
        context.Features.Set(model);
        return model;
    }

    /// <summary>Ends all processes of models, and the requests that they still have.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_models.Select(static model => model.Engine.DisposeAsync().AsTask()));

    private ApiException NotServed(string name)
    {
        string served = string.Join(", ", _models.Select(static model => $"'{model.Name}'"));
        string shown = name.Length <= LongestShown ? name : $"{name[..LongestShown]}…";
        string message = $"The model '{shown}' is not served here; {served} {(_models.Count == 1 ? "is" : "are")}.";
        return new ApiException(StatusCodes.Status404NotFound, message, "model", "model_not_found");
    }
}
