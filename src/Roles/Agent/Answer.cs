using NodeBox.A2A;

namespace NodeBox.Roles.Agent;

/// <summary>What an agent says at the end of a task.</summary>
/// <param name="Text">The model's answer.</param>
/// <param name="Steps">What the agent did before, where its model decided; null where the message did.</param>
internal sealed record Answer(string Text, IReadOnlyList<TaskStep>? Steps = null)
{
    public Artifact ToArtifact() =>
        new("answer", Steps is null ? [Part.Of(Text)] : [Part.Of(Text), TakenSteps.ToPart(Steps)]);
}
