using System.Security.Cryptography;
using NodeBox.Llama.Chat;
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
