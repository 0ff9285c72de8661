namespace NodeBox.Training.Domain;

/// <summary>One thing that a request asks for.</summary>
/// <param name="Template">The phrase with its holes unfilled.</param>
/// <param name="Text">The phrase.</param>
/// <param name="IsQuestion">Whether it is a sentence of its own, with its question mark.</param>
/// <param name="Steps">The calls that answer it.</param>
/// <param name="Fact">What the answer says about it.</param>
/// <param name="Order">The order that it names, for a later clause to mean.</param>
internal sealed record Clause(
    string Template, string Text, bool IsQuestion, IReadOnlyList<Step> Steps, string Fact, string? Order = null);
