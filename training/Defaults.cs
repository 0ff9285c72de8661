using NodeBox.Training.Network;

namespace NodeBox.Training;

/// <summary>What makes the testbed model the one that it is.</summary>
internal static class Defaults
{
    public const string Model = "models/testbed.gguf";

    /// <summary>Where the agents' system prompts are.</summary>
    public const string Prompts = "agents";

    public const int Steps = 8000;

    public static Shape ShapeOf(int vocabulary) => new(vocabulary, Width: 128, Layers: 4, Heads: 4, FeedForward: 256);
}
