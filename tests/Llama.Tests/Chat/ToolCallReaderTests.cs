using NodeBox.Llama.Chat;

namespace NodeBox.Llama.Tests.Chat;

public sealed class ToolCallReaderTests
{
    [Theory]
    [InlineData("lookup", "{}")]
    [InlineData("a-b_C", """{"x":{"y":"\",\"arguments\":{}}"}}""")]
    public void Takes_a_call_apart_wherever_it_is_split(string name, string arguments)
    {
        string call = $$"""{"name":"{{name}}","arguments":{{arguments}}}""";
        var random = new Random(2);
        for (int i = 0; i < 200; i++)
        {
            var reader = new ToolCallReader();
            string read = "";
            for (int at = 0; at < call.Length;)
            {
                int length = Math.Min(random.Next(0, 9), call.Length - at);
                read += reader.Add(call.Substring(at, length));
                at += length;
            }

            Assert.Equal(name, reader.Name);
            Assert.Equal(arguments, read);
        }
    }

    [Fact]
    public void Gives_all_of_what_a_cut_off_call_has()
    {
        var reader = new ToolCallReader();

        string arguments = reader.Add("""{"name":"t","arguments":{"x":"ab""") + reader.CutOff();

        Assert.Equal("t", reader.Name);
        Assert.Equal("""{"x":"ab""", arguments);
    }
}
