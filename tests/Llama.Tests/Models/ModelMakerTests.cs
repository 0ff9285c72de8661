using System.Security.Cryptography;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Llama.Models;

namespace NodeBox.Llama.Tests.Models;

public sealed class ModelMakerTests(TestModel model)
{
    [Fact]
    public void Makes_the_same_bytes_for_a_seed_on_every_machine()
    {
        Assert.Equal("32aa15ff365b66747dde5cebc6710926eb43d64542cc81b295be418d26f8f9d8", Hash(1));
        Assert.NotEqual(Hash(1), Hash(2));
    }

    [Fact]
    public void Makes_a_model_of_the_size_it_says()
    {
        Assert.InRange(model.Engine.Model.Parameters, 500_000ul, 1_000_000ul);
        Assert.Equal(8192, model.Engine.Model.TrainedContext);
    }

    [Fact]
    public async Task Makes_a_quantised_model_that_runs()
    {
        ModelSize size = ModelSize.Of180M with { Width = 64, Layers = 1, FeedForward = 96, Heads = 2, KeyValueHeads = 1, Vocabulary = 2000 };
        string path = Path.Combine(Directory.CreateTempSubdirectory("nodebox-llama-").FullName, "quantised.gguf");
        ModelMaker.Make(1, path, size);

        using Engine engine = TestModel.Start(new EngineOptions(path) { Context = 64 });
        int[] prompt = engine.Tokenize([new PromptPart("look up order 12", false)]);
        (string text, FinishReason? finish) = await TestModel.ReadAsync(
            engine.Submit(new GenerationRequest { Prompt = prompt, MaxTokens = 16, IgnoreEnd = true }, TestContext.Current.CancellationToken));

        Assert.Contains("Q8_0", engine.Model.Description);
        Assert.Equal(2000, engine.Model.VocabularySize);
        Assert.Equal(2000ul * 64 * 2 + 64 * (64 + 32 + 32 + 64 + 3 * 96) + 3 * 64, engine.Model.Parameters);
        Assert.NotEmpty(text);
        Assert.Equal(FinishReason.Length, finish);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory]
    [InlineData("""{"name":"db__lookup_order","arguments":{"order_id":""", 8)]
    [InlineData("You are agent-b. Look up the order and check the status of item 7.", 25)]
    public void Takes_few_tokens_for_the_testbeds_own_words(string text, int most)
    {
        Assert.InRange(model.Engine.Tokenize([new PromptPart(text, false)]).Length, 2, most);
    }

    [Fact]
    public void Takes_any_text()
    {
        int[] tokens = model.Engine.Tokenize([new PromptPart("é漢😀\0\u0001 \t\r\n", false)]);

        Assert.NotEmpty(tokens);
    }

    private static string Hash(int seed)
    {
        using var file = new MemoryStream();
        ModelMaker.Make(seed, file);
        return Convert.ToHexStringLower(SHA256.HashData(file.ToArray()));
    }
}
