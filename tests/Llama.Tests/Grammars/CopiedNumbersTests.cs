using System.Text.Json;
using System.Text.RegularExpressions;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Grammars;

public sealed partial class CopiedNumbersTests(TestModel model)
{
    private static readonly ToolDefinition s_handed = Tool(
        "delegate", """{"agent":{"type":"string","enum":["b2"]},"text":{"type":"string","maxLength":400}}""");

    private static readonly ToolDefinition s_lookup = Tool(
        "lookup", """{"id":{"type":"integer","minimum":1,"maximum":9999},"limit":{"type":"integer","minimum":1,"maximum":9}}""");

    private static readonly ChatMessage[] s_turns =
    [
        new(ChatRole.System, "You are agent 99."),
        new(ChatRole.User, "Ask b to check order 4711 of customer 12, by 04 or 12345."),
        new(ChatRole.Assistant, "", [new ChatToolCall("lookup", "{\"id\":12}")]),
        new(ChatRole.Tool, "{\"id\":12,\"on_hand\":308,\"due\":\"2026-01-28\"}"),
    ];

    [Theory]
    [InlineData(true, """{"name":"lookup","arguments":{"id":4711,"limit":7}}""")]
    [InlineData(true, """{"name":"lookup","arguments":{"id":12,"limit":1}}""")]
    [InlineData(false, """{"name":"lookup","arguments":{"id":471,"limit":7}}""")]
    [InlineData(false, """{"name":"lookup","arguments":{"id":4712,"limit":7}}""")]
    [InlineData(false, """{"name":"lookup","arguments":{"id":308,"limit":7}}""")]
    [InlineData(false, """{"name":"lookup","arguments":{"id":12345,"limit":7}}""")]
    [InlineData(false, """{"name":"lookup","arguments":{"id":04,"limit":7}}""")]
    [InlineData(true, """{"name":"delegate","arguments":{"agent":"b2","text":"Check 4711, then 12: by 04."}}""")]
    [InlineData(true, """{"name":"delegate","arguments":{"agent":"b2","text":"4711"}}""")]
    [InlineData(true, """{"name":"delegate","arguments":{"agent":"b2","text":""}}""")]
    [InlineData(false, """{"name":"delegate","arguments":{"agent":"b2","text":"Check 471112."}}""")]
    [InlineData(false, """{"name":"delegate","arguments":{"agent":"b2","text":"Check 308."}}""")]
    [InlineData(false, """{"name":"delegate","arguments":{"agent":"b2","text":"a\"}}""")]
    [InlineData(true, "Order 4711 has 308 pieces, due 2026-01-28; für 12")]
    [InlineData(true, "308 pieces")]
    [InlineData(true, "308")]
    [InlineData(true, "")]
    [InlineData(false, "Order 4712")]
    [InlineData(false, "99")]
    [InlineData(false, "30812")]
    [InlineData(false, "{")]
    public void A_grammar_allows_the_numbers_that_were_read_and_no_others(bool allowed, string said)
    {
        string grammar = ToolCallGrammar.CallOrText([s_handed, s_lookup], copied: CopiedNumbers.Of(s_turns, ["id"]));
        Assert.Equal(allowed, GbnfRegex.Of(grammar).IsMatch(said));
    }

    [Fact]
    public void Where_no_number_fits_an_argument_is_as_its_schema_says()
    {
        ChatMessage[] turns = [new(ChatRole.User, "Any order, or order 12345 or 007?")];
        string copied = ToolCallGrammar.CallOrText([s_lookup], copied: CopiedNumbers.Of(turns, ["id"]));
        Assert.Contains(Arguments(ToolCallGrammar.CallOrText([s_lookup])), copied, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_result_makes_no_long_grammar()
    {
        var random = new Random(4);
        string payload = string.Concat(Enumerable.Range(0, 100_000).Select(_ => $"{random.NextInt64()}x{random.Next(100)}-"));
        ChatMessage[] turns = [new(ChatRole.User, "1"), new(ChatRole.Tool, payload)];
        Assert.InRange(ToolCallGrammar.CallOrText([s_lookup], copied: CopiedNumbers.Of(turns, ["id"])).Length, 1_000, 30_000);
    }

    // A model of random weights says whatever its grammar lets it say.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_random_model_can_say_no_number_but_those_that_it_read(bool readsResults)
    {
        ChatMessage[] turns = readsResults ? s_turns : s_turns[..2];
        string grammar = ToolCallGrammar.CallOrText([s_handed], copied: CopiedNumbers.Of(turns, ["id"]));
        HashSet<string> known = readsResults ? ["4711", "12", "04", "12345", "308", "2026", "01", "28"] : ["4711", "12", "04", "12345"];
        var seen = new HashSet<string>();
        for (uint seed = 0; seed < 20; seed++)
        {
            var request = new GenerationRequest
            {
                Prompt = model.Engine.Tokenize(ChatMl.Render(turns, [s_handed])),
                MaxTokens = 60,
                Sampling = new Sampling(Temperature: 3, TopK: 0, Seed: seed),
                Grammar = grammar,
            };
            (string said, _) = await TestModel.ReadAsync(model.Engine.Submit(request));

            // What was cut off may end within a number, and the other agent's name has one of its own.
            string whole = said.TrimEnd([.. "0123456789"]).Replace("\"b2\"", "", StringComparison.Ordinal);
            seen.UnionWith(DigitRun().Matches(whole).Select(static run => run.Value));
        }

        Assert.NotEmpty(seen);
        Assert.Subset(known, seen);
    }

    private static string Arguments(string grammar) => grammar.Split('\n').First(static line => line.Contains("\\\"id\\\":", StringComparison.Ordinal)).Split("::=")[1];

    private static ToolDefinition Tool(string name, string properties)
    {
        using JsonDocument document = JsonDocument.Parse($"{{\"p\":{properties}}}");
        JsonElement members = document.RootElement.GetProperty("p");
        string required = string.Join(',', members.EnumerateObject().Select(static member => $"\"{member.Name}\""));
        string schema = $"{{\"type\":\"object\",\"properties\":{properties},\"required\":[{required}]}}";
        return new ToolDefinition(name, Parameters: JsonSerializer.Deserialize<JsonElement>(schema));
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex DigitRun();
}
