using NodeBox.Llama.Gguf;

namespace NodeBox.Llama.Chat;

/// <summary>The prompt that asks for the assistant's next turn of a conversation in which tools may be called.</summary>
public delegate IReadOnlyList<PromptPart> RenderChat(IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools);

/// <summary>How the models of a family are spoken to.</summary>
/// <param name="Name">What the setting <c>chat_template</c> calls it.</param>
/// <param name="Render">Makes prompts.</param>
/// <param name="Calls">What stands around the calls in a reply.</param>
public sealed record ChatTemplate(string Name, RenderChat Render, CallTags Calls)
{
    /// <summary>The setting that leaves the choice to the model file.</summary>
    public const string Auto = "auto";

    private const string Key = "tokenizer.chat_template";

    /// <summary>The names of all templates.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ChatTemplates.All.Select(template => template.Name)];

    /// <summary>The template for a model: the one that is named, or with <see cref="Auto"/> the one that its file carries.</summary>
    /// <param name="name">One of <see cref="Names"/>, or <see cref="Auto"/>.</param>
    /// <param name="header">The model's metadata.</param>
    /// <param name="path">Its file, for the error.</param>
    /// <exception cref="ModelException">The file carries no template, or one that is of no known family.</exception>
    public static ChatTemplate Choose(string name, GgufHeader header, string path)
    {
        if (name != Auto)
        {
            return Known(name);
        }

        string? jinja = header.Text.GetValueOrDefault(Key);
        return Find(jinja) ?? throw new ModelException(
            $"The model file {path} has {(jinja is null ? "no chat template" : "a chat template of no family known here")}. "
            + $"Set chat_template in [roles.llm] to the one that the model was trained with: {string.Join(", ", Names)}.");
    }

    /// <summary>The family of a name, and ChatML's for <see cref="Auto"/>: for where there is no model file.</summary>
    /// <exception cref="ModelException">There is no such family.</exception>
    public static ChatTemplate Choose(string name) => name == Auto ? Known("chatml") : Known(name);

    /// <summary>The family of a template as model files carry it, in Jinja; null if it is of none.</summary>
    public static ChatTemplate? Find(string? jinja) =>
        jinja is not null && TemplateMark.All.FirstOrDefault(mark => mark.Fits(jinja)) is { } mark ? Named(mark.Template) : null;

    private static ChatTemplate Known(string name) => Named(name)
        ?? throw new ModelException($"There is no chat template '{name}'; there are {string.Join(", ", Names)}.");

    private static ChatTemplate? Named(string name) => ChatTemplates.All.FirstOrDefault(template => template.Name == name);
}
