using System.Text;
using NodeBox.Llama.Inference;
using NodeBox.Training.Network;
using NodeBox.Training.Text;
using Buffer = NodeBox.Training.Network.Buffer;

namespace NodeBox.Training.Tests.Text;

public sealed class ModelFileTests(TestModel model) : IClassFixture<TestModel>
{
    private const int Prompts = 60;

    [Fact]
    public void llama_cpp_finds_every_parameter()
    {
        Assert.Equal((ulong)new Parameters(model.Shape).Length, model.Engine.Model.Parameters);
        Assert.Equal(model.Shape.Vocabulary, model.Engine.Model.VocabularySize);
    }

    [Fact]
    public void What_was_written_is_read_and_nothing_else()
    {
        using var read = new Buffer(model.Weights.Length);
        ModelFile.Read(model.ModelPath, model.Shape, model.Vocabulary, read);
        Assert.Equal(model.Weights.Span, read.Span);

        Shape other = model.Shape with { Heads = 1 };
        IOException error = Assert.Throws<IOException>(() => ModelFile.Read(model.ModelPath, other, model.Vocabulary, read));
        Assert.Contains("is no network of this shape", error.Message);
        Assert.Throws<IOException>(() => ModelFile.Read(typeof(ModelFile).Assembly.Location, model.Shape, model.Vocabulary, read));
    }

    // Among hundreds of tokens, two networks that differ in anything do not choose the same one sixty times.
    [Fact]
    public async Task llama_cpp_chooses_the_token_that_the_trainers_network_chooses()
    {
        using var network = new Transformer(model.Shape, maxRows: 512, maxWeights: 1 << 18, maxPositions: 512);
        var random = new SeededRandom(11);
        int compared = 0;
        for (int i = 0; i < Prompts; i++)
        {
            int[] prompt = RandomPrompt(ref random);
            int[] targets = [.. prompt.Select((_, row) => row == prompt.Length - 1 ? 0 : -1)];
            network.Forward(model.Weights, new Batch(prompt, targets, [new Segment(0, prompt.Length)]));
            (int best, float margin) = Best(network.LogitsOf(0));

            // llama.cpp keeps keys and values in half precision, which may decide between neighbours; and only text can be compared.
            if (margin > 0.05f && model.Vocabulary.TextOf(best) is { } text)
            {
                Assert.Equal(text, await PieceAsync(prompt));
                compared++;
            }
        }

        Assert.InRange(compared, Prompts / 4, Prompts);
    }

    private static (int Best, float Margin) Best(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        float second = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            second = i == best ? second : Math.Max(second, logits[i]);
        }

        return (best, logits[best] - second);
    }

    private int[] RandomPrompt(ref SeededRandom random)
    {
        int[] prompt = new int[random.Between(1, 300)];
        for (int i = 0; i < prompt.Length; i++)
        {
            prompt[i] = random.Next(model.Shape.Vocabulary);
        }

        return prompt;
    }

    private async Task<string> PieceAsync(int[] prompt)
    {
        var request = new GenerationRequest { Prompt = prompt, MaxTokens = 1, Sampling = new Sampling(Temperature: 0) };
        var text = new StringBuilder();
        await foreach (GeneratedToken token in model.Engine.Submit(request).ReadAllAsync())
        {
            text.Append(token.Text);
        }

        return text.ToString();
    }
}
