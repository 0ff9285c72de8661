using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

internal static class ModelSettingsChanges
{
    /// <summary>The same model, computed otherwise.</summary>
    public static ModelSettings With(this ModelSettings settings, Func<EngineOptions, EngineOptions> change) =>
        settings with { Options = change(settings.Options) };
}
