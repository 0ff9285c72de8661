namespace NodeBox.Training.Evaluation;

/// <summary>What became of one task.</summary>
/// <param name="Completed">Every call was right and in order, and then the model answered and stopped.</param>
/// <param name="AnswerRight">And the answer said what the results say, word for word.</param>
/// <param name="PromptTokens">Tokens of the last decision's prompt.</param>
/// <param name="GeneratedTokens">Tokens generated for the whole task.</param>
/// <param name="Failure">Where it went wrong: what was wanted and what came.</param>
internal sealed record Outcome(bool Completed, bool AnswerRight, int PromptTokens, int GeneratedTokens, string? Failure);
