namespace NodeBox.Benchmarks.Llm;

/// <summary>What is asked: the same for both servers, by a seed.</summary>
/// <param name="Prompt">The text, without a begin-of-text token.</param>
/// <param name="Tokens">Tokens to generate, exactly.</param>
internal sealed record Ask(string Prompt, int Tokens)
{
    private static readonly string[] s_words =
    [
        " look", " up", " order", " check", " stock", " status", " customer", " price", " item", " number", " quantity", " service",
        " agent", " answer", " result", " deliver", " the", " of", " for", " and", " 7", " 12", " 350", " 4711",
    ];

    public static Ask[] Draw(Random random, int count, LlmOptions options) =>
    [
        .. Enumerable.Range(0, count).Select(_ => new Ask(
            string.Concat(random.GetItems(s_words, options.PromptWords)), random.Next(options.LeastTokens, options.MostTokens + 1))),
    ];
}
