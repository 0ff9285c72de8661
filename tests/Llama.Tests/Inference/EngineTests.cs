using System.Text.Json;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Inference;

public sealed class EngineTests(TestModel model)
{
    private readonly Engine _engine = model.Engine;

    [Fact]
    public async Task Generates_as_many_tokens_as_asked_for()
    {
        Generation generation = _engine.Submit(new GenerationRequest { Prompt = model.Prompt("hello"), MaxTokens = 20, Sampling = new(Seed: 1) });

        (string text, FinishReason? finish) = await TestModel.ReadAsync(generation);

        Assert.Equal(FinishReason.Length, finish);
        Assert.Equal(20, generation.CompletionTokens);
        Assert.NotEmpty(text);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public async Task Gives_the_same_text_for_the_same_seed_whatever_came_before(float temperature)
    {
        async Task<string> Generate(string prompt, uint seed) => (await TestModel.ReadAsync(_engine.Submit(new GenerationRequest
        {
            Prompt = model.Prompt(prompt),
            MaxTokens = 64,
            Sampling = new(temperature, Seed: seed),
        }))).Text;

        string first = await Generate("look up order 12", 5);
        string other = await Generate("look up order 12 and more", 6);
        string second = await Generate("look up order 12", 5);

        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Says_exactly_the_call_whose_arguments_are_constants()
    {
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            string constant = RandomText(random);
            string schema = JsonSerializer.Serialize(new
            {
                type = "object",
                properties = new Dictionary<string, object>
                {
                    ["id"] = new { type = "integer", @const = random.Next(-5, 100000) },
                    ["té\"xt"] = new { type = "string", @const = constant },
                    ["flag"] = new { @const = true },
                },
                required = new[] { "id", "té\"xt", "flag" },
                additionalProperties = false,
            });
            using JsonDocument parameters = JsonDocument.Parse(schema);
            Generation generation = _engine.Submit(new GenerationRequest
            {
                Prompt = model.Prompt("call it"),
                MaxTokens = 1000,
                Grammar = ToolCallGrammar.Call([new ToolDefinition("lookup_order", Parameters: parameters.RootElement)]),
                Sampling = new(Temperature: 1.5f, Seed: (uint)i),
            });

            (string text, FinishReason? finish) = await TestModel.ReadAsync(generation);

            Assert.Equal(FinishReason.Stop, finish);
            using JsonDocument call = JsonDocument.Parse(text);
            Assert.Equal("lookup_order", call.RootElement.GetProperty("name").GetString());
            JsonElement arguments = call.RootElement.GetProperty("arguments");
            JsonElement properties = parameters.RootElement.GetProperty("properties");
            Assert.Equal(3, arguments.EnumerateObject().Count());
            Assert.All(arguments.EnumerateObject(), argument =>
                Assert.True(JsonElement.DeepEquals(argument.Value, properties.GetProperty(argument.Name).GetProperty("const"))));
        }
    }

    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => random.Next(4) switch
    {
        0 => char.ConvertFromUtf32(random.Next(0xE000, 0x10FFFF)),
        1 => ((char)random.Next(0, 0x300)).ToString(),
        _ => ((char)random.Next(' ', 0x7F)).ToString(),
    }));
}
