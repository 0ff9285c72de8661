namespace NodeBox.Llama.Chat;

/// <summary>Puts a prompt together; pieces of the same kind that meet become one.</summary>
internal sealed class PromptWriter
{
    private readonly List<PromptPart> _parts = [];

    public IReadOnlyList<PromptPart> Parts => _parts;

    /// <summary>Adds text of the template, in which control tokens may stand.</summary>
    public PromptWriter Template(string text) => Add(text, true);

    /// <summary>Adds what people, tools or models wrote.</summary>
    public PromptWriter Content(string text) => Add(text, false);

    /// <summary>Adds what another has put together.</summary>
    public PromptWriter Add(PromptWriter other)
    {
        foreach (PromptPart part in other._parts)
        {
            Add(part.Text, part.IsTemplate);
        }

        return this;
    }

    private PromptWriter Add(string text, bool isTemplate)
    {
        if (text.Length == 0)
        {
            return this;
        }

        if (_parts is [.., var last] && last.IsTemplate == isTemplate)
        {
            _parts[^1] = last with { Text = last.Text + text };
        }
        else
        {
            _parts.Add(new PromptPart(text, isTemplate));
        }

        return this;
    }
}
