namespace NodeBox.Roles.Llm.Timing;

/// <summary>When a reply's tokens come.</summary>
/// <param name="Tokens">How many it has; null leaves it open.</param>
/// <param name="Times">The time to the first token, and then the gaps before each further one, without an end.</param>
internal sealed record ReplyTiming(int? Tokens, IEnumerator<TimeSpan> Times);

/// <summary>Gives the times of the next reply. Used by one thread at a time.</summary>
/// <param name="isConstrained">Whether the reply follows a grammar, as a call of a tool does.</param>
internal delegate ReplyTiming NextTiming(bool isConstrained);
