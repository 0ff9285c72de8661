using System.Text;
using System.Text.Json;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Tests.Llm.Engines;

public sealed class LineReaderTests
{
    public static TheoryData<string> Messages => new(
        """{"do":"start","id":1,"options":{"model_path":"a.gguf","context":512,"threads":2,"flash_attention":false}}""",
        """{"do":"tokenize","id":2,"prompt":[{"text":"a\nb ü \ud83d\ude00","is_template":true},{"text":"","is_template":false}]}""",
        """{"do":"generate","id":3,"request":{"prompt":[1,2,3],"max_tokens":4,"stop":["x"],"grammar":"root ::= \"a\"","deadline":"00:00:01"}}""",
        """{"do":"embed","id":4,"tokens":[1],"deadline":"00:00:02"}""",
        """{"do":"cancel","id":5}""");

    [Theory]
    [MemberData(nameof(Messages))]
    public void Reads_each_order(string line)
    {
        EngineOrder order = Assert.Single(ReadAll(new MemoryStream(Encoding.UTF8.GetBytes(line + "\n"))));

        string again = JsonSerializer.Serialize(order, EngineJson.Default.EngineOrder);
        EngineOrder second = Assert.Single(ReadAll(new MemoryStream(Encoding.UTF8.GetBytes(again + "\n"))));
        Assert.Equal(again, JsonSerializer.Serialize(second, EngineJson.Default.EngineOrder));
        using JsonDocument document = JsonDocument.Parse(line);
        Assert.Equal(document.RootElement.GetProperty("id").GetInt64(), order.Id);
    }

    [Fact]
    public void Keeps_every_figure_of_an_order()
    {
        var options = new EngineOptions("a b.gguf") { Context = 77, Slots = 3, FlashAttention = true, KvTokens = 5, QueueLimit = 9 };
        var request = new GenerationRequest
        {
            Prompt = [5, 6],
            Text = [new PromptPart("a", true)],
            MaxTokens = 7,
            FitsContext = true,
            MinTokens = 1,
            IgnoreEnd = true,
            Grammar = "root ::= \"\u0001\"",
            Stop = ["\u2028"],
            Deadline = TimeSpan.FromTicks(12345),
            Sampling = new Sampling(0.1f, 3, 0.2f, uint.MaxValue, 0.3f, 0.4f, 0.5f),
        };

        EngineOrder[] orders = [.. RoundTrip(new StartOrder(1, options), new GenerateOrder(2, request))];

        Assert.Equal(options, Assert.IsType<StartOrder>(orders[0]).Options);
        GenerationRequest read = Assert.IsType<GenerateOrder>(orders[1]).Request;
        Assert.Equal(request.Prompt, read.Prompt);
        Assert.Equal(request.Stop, read.Stop);
        Assert.Equal(request.Text, read.Text);
        Assert.Equal(request, read with { Prompt = request.Prompt, Text = request.Text, Stop = request.Stop });
    }

    [Fact]
    public void Reads_lines_of_any_length_in_pieces_of_any_length()
    {
        var random = new Random(1);
        TokenizeOrder[] orders = [.. Enumerable.Range(0, 50).Select(id => new TokenizeOrder(
            id, [new PromptPart(new string('x', random.Next(1 << random.Next(19))), false)]))];

        TokenizeOrder[] read = [.. RoundTrip(orders).Cast<TokenizeOrder>()];

        Assert.Equal(orders.Select(order => (order.Id, order.Prompt[0])), read.Select(order => (order.Id, order.Prompt[0])));
    }

    [Fact]
    public void A_damaged_line_is_refused_and_one_cut_short_is_none()
    {
        byte[] whole = Encoding.UTF8.GetBytes("""{"do":"tokenize","id":2,"prompt":[{"text":"a","is_template":true}]}""" + "\n");
        var random = new Random(2);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(whole.Length)] = (byte)random.Next(256);
            byte[] bytes = damaged[..random.Next(1, whole.Length + 1)];
            try
            {
                Assert.InRange(ReadAll(new MemoryStream(bytes)).Count(), 0, 2);
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                // What ends a child's life: see EngineChild.
            }
        }
    }

    private static IEnumerable<EngineOrder> RoundTrip(params EngineOrder[] orders)
    {
        var written = new MemoryStream();
        var writer = new LineWriter<EngineOrder>(written, EngineJson.Relaxed.EngineOrder);
        foreach (EngineOrder order in orders)
        {
            writer.Add(order);
        }

        writer.Complete();
        return ReadAll(new PiecewiseStream(written.ToArray()));
    }

    private static IEnumerable<EngineOrder> ReadAll(Stream stream)
    {
        var reader = new LineReader<EngineOrder>(stream, EngineJson.Default.EngineOrder);
        while (reader.Read() is { } order)
        {
            yield return order;
        }
    }

    private sealed class PiecewiseStream(byte[] bytes) : MemoryStream(bytes)
    {
        private readonly Random _random = new(3);

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, 1 + _random.Next(1 << _random.Next(18))));
    }
}
