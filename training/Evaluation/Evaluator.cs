using System.Text;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;

namespace NodeBox.Training.Evaluation;

/// <summary>What the model is held to while it generates.</summary>
internal enum Constraint
{
    /// <summary>Nothing: what it says is its own.</summary>
    None,

    /// <summary>The grammar of the llm role where the model decides: one call of an offered tool, or a text.</summary>
    Tools,

    /// <summary>That, and every number must be one that was read.</summary>
    Numbers,
}

/// <summary>Lets a model decide in dialogues, with llama.cpp and always the likeliest token, as the llm role does.</summary>
internal sealed class Evaluator(Engine engine, Constraint constraint)
{
    private const int MaxTokens = 320;

    // As roles.toml has them for the testbed model.
    private static readonly string[] s_copied = ["order_id", "customer_id", "item_id", "quantity", "seed"];

    /// <summary>Plays a dialogue: a right call gets its result, a wrong one ends it.</summary>
    public async Task<Outcome> PlayAsync(Dialogue dialogue)
    {
        int generated = 0;
        for (int step = 0; ; step++)
        {
            int[] prompt = engine.Tokenize(ChatMl.Render(dialogue.Turns(step), dialogue.Setting.Tools));
            (string text, FinishReason finish, int tokens) = await GenerateAsync(prompt, GrammarOf(dialogue, step));
            generated += tokens;
            bool isLast = step == dialogue.Steps.Count;
            string wanted = isLast ? dialogue.Answer : CallText(dialogue.Steps[step]);
            bool right = finish == FinishReason.Stop && (isLast ? text.Length > 0 && text[0] != '{' : text == wanted);
            if (isLast || !right)
            {
                bool answerRight = right && text == wanted;
                string? failure = answerRight ? null : $"{dialogue.Request} | wanted {wanted} | came {text}";
                return new Outcome(right, answerRight, prompt.Length, generated, failure);
            }
        }
    }

    private static string CallText(Step step) => $"{{\"name\":\"{step.Tool}\",\"arguments\":{step.Arguments}}}";

    private async Task<(string Text, FinishReason Finish, int Tokens)> GenerateAsync(int[] prompt, string? grammar)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = MaxTokens,
            Sampling = new Sampling(Temperature: 0),
            Grammar = grammar,
        };
        Generation generation = engine.Submit(request);
        var text = new StringBuilder();
        FinishReason finish = FinishReason.Length;
        await foreach (GeneratedToken token in generation.ReadAllAsync())
        {
            text.Append(token.Text);
            finish = token.Finish ?? finish;
        }

        return (text.ToString(), finish, generation.CompletionTokens);
    }

    private string? GrammarOf(Dialogue dialogue, int step)
    {
        IReadOnlyList<ToolDefinition> tools = dialogue.Setting.Tools;
        return constraint switch
        {
            _ when tools.Count == 0 => null,
            Constraint.Tools => ToolCallGrammar.CallOrText(tools),
            Constraint.Numbers => ToolCallGrammar.CallOrText(tools, copied: CopiedNumbers.Of(dialogue.Turns(step), s_copied)),
            _ => null,
        };
    }
}
