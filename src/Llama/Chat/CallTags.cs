namespace NodeBox.Llama.Chat;

/// <summary>
/// What a family's models write around a tool call. The call itself is the same JSON for all, <c>{"name":…,"arguments":…}</c>, because a
/// grammar keeps the model to it.
/// </summary>
/// <param name="Begin">Before a call; empty where a call is bare JSON.</param>
/// <param name="End">After it.</param>
public sealed record CallTags(string Begin, string End)
{
    public static readonly CallTags None = new("", "");

    /// <summary>Whether a reply that begins with this character is a call. Under the grammar of calls or text no text begins so.</summary>
    public bool BeginCall(char first) => first == '{' || (Begin.Length > 0 && first == Begin[0]);
}
