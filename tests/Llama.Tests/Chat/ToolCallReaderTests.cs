using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Tests.Chat;

public sealed class ToolCallReaderTests
{
    private static readonly (string Name, string Arguments)[] s_calls =
    [
        ("lookup", "{}"),
        ("a-b_C", """{"x":{"y":"\",\"arguments\":{}}"}}"""),
        ("t", """{"list":[{},{"a":"}"},"\\"],"s":"\\\""}"""),
    ];

    [Fact]
    public void Takes_calls_apart_wherever_they_are_split()
    {
        string text = string.Join('\n', s_calls.Select(call => $$"""{"name":"{{call.Name}}","arguments":{{call.Arguments}}}"""));
        var random = new Random(2);
        for (int i = 0; i < 200; i++)
        {
            var reader = new ToolCallReader();
            var pieces = new List<ToolCallPiece>();
            for (int at = 0; at < text.Length;)
            {
                int length = Math.Min(random.Next(0, 40), text.Length - at);
                pieces.AddRange(reader.Add(text.Substring(at, length)));
                at += length;
            }

            Assert.Equal(s_calls, Joined(pieces));
        }
    }

    [Fact]
    public void Gives_all_of_what_a_cut_off_call_has()
    {
        var reader = new ToolCallReader();

        Assert.Equal([new ToolCallPiece(0, "t", """{"x":"ab""")], reader.Add("""{"name":"t","arguments":{"x":"ab"""));
        Assert.Equal([new ToolCallPiece(0, null, "c")], reader.Add("c"));
    }

    private static IEnumerable<(string Name, string Arguments)> Joined(IEnumerable<ToolCallPiece> pieces) => pieces
        .GroupBy(piece => piece.Index)
        .Select(call => (call.Single(piece => piece.Name is not null).Name!, string.Concat(call.Select(piece => piece.Arguments))));
}
