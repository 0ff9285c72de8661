using NodeBox.Llama;
using NodeBox.Llama.Inference;
using NodeBox.Training.Domain;
using NodeBox.Training.Network;
using NodeBox.Training.Text;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Tests;

/// <summary>A small network with random weights, as the trainer has it and as llama.cpp runs it.</summary>
public sealed class TestModel : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("training-tests");

    public TestModel()
    {
        Settings = Settings.Read(PromptDirectory);
        Vocabulary = new TestbedVocabulary(Settings);
        Shape = new Shape(Vocabulary.Count, Width: 64, Layers: 2, Heads: 2, FeedForward: 96);
        var parameters = new Parameters(Shape);
        Weights = new Buffer(parameters.Length);
        Initial.Fill(Weights, parameters, seed: 3);

        // Larger embeddings tell tokens further apart, so that rounding does not choose between them.
        foreach (ref float weight in Weights.Span.Slice(parameters.Embedding.Offset, parameters.Embedding.Length))
        {
            weight *= 10;
        }

        ModelPath = Path.Combine(_directory.FullName, "model.gguf");
        ModelFile.Write(ModelPath, Shape, Vocabulary, Weights);
        Engine = Engine.Start(LlamaLibrary.Load(), new EngineOptions(ModelPath) { Context = 1024, Threads = 1, Slots = 1 });
    }

    internal static string PromptDirectory => Path.Combine(AppContext.BaseDirectory, "agents");

    internal string ModelPath { get; }

    internal Settings Settings { get; }

    internal TestbedVocabulary Vocabulary { get; }

    internal Shape Shape { get; }

    internal Buffer Weights { get; }

    internal Engine Engine { get; }

    public void Dispose()
    {
        Engine.Dispose();
        Weights.Dispose();
        _directory.Delete(recursive: true);
    }
}
