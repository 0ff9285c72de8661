using System.Collections.Concurrent;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;

namespace NodeBox.Training.Text;

/// <summary>A dialogue as tokens after those of its setting.</summary>
/// <param name="Tokens">From the user's turn to the last token that something follows.</param>
/// <param name="Targets">The token after each, where the assistant says it; else -1.</param>
internal sealed record EncodedDialogue(int[] Tokens, int[] Targets);

/// <summary>
/// Turns dialogues into tokens with the llm role's own renderer and llama.cpp's tokenizer, so that a model is trained on exactly what it
/// will get to read. Thread-safe.
/// </summary>
internal sealed class Encoder(Engine engine)
{
    private readonly ConcurrentDictionary<PromptPart, int[]> _template = new();

    /// <summary>The tokens of the system turn, tools included, after the token that begins every text.</summary>
    public int[] Encode(Setting setting)
    {
        IReadOnlyList<PromptPart> parts = ChatMl.Render([new ChatMessage(ChatRole.System, setting.Prompt)], setting.Tools);
        return engine.Tokenize([.. parts.Take(3)]);
    }

    public EncodedDialogue Encode(Dialogue dialogue)
    {
        IReadOnlyList<PromptPart> parts = ChatMl.Render(dialogue.AllTurns(), dialogue.Setting.Tools);
        var tokens = new List<int>();
        var targets = new List<int>();

        // A turn is three parts; the first turn is the setting's, and after the last turn comes the beginning of another.
        for (int i = 3; i < parts.Count - 1; i += 3)
        {
            Append(tokens, targets, Tokens(parts[i]), targets: 0);
            bool isAssistant = parts[i].Text.Contains("assistant", StringComparison.Ordinal);
            int[] content = Tokens(parts[i + 1]);
            Append(tokens, targets, content, isAssistant ? content.Length : 0);
            Append(tokens, targets, Tokens(parts[i + 2]), isAssistant ? 1 : 0);
        }

        int count = 1 + targets.FindLastIndex(static target => target >= 0);
        return new EncodedDialogue([.. tokens.Take(count)], [.. targets.Take(count)]);
    }

    // The first so many of the new tokens are targets of the tokens before them.
    private static void Append(List<int> tokens, List<int> all, int[] added, int targets)
    {
        for (int i = 0; i < added.Length; i++)
        {
            if (i < targets)
            {
                all[^1] = added[i];
            }

            tokens.Add(added[i]);
            all.Add(-1);
        }
    }

    private int[] Tokens(PromptPart part) =>
        part.IsTemplate ? _template.GetOrAdd(part, Tokenize) : Tokenize(part);

    // A text begins with a token of its own, which belongs to the first part only.
    private int[] Tokenize(PromptPart part) => part.Text.Length == 0 ? [] : engine.Tokenize([part])[1..];
}
