using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Inference;

public sealed class StopTextTests
{
    [Fact]
    public void Gives_exactly_the_text_before_the_stop_that_is_complete_first_however_it_is_split()
    {
        var random = new Random(9);
        for (int i = 0; i < 5000; i++)
        {
            string text = RandomText(random, 30);
            string[] stops = [.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomText(random, 3) + "a")];
            (string given, bool found) = Feed(text, stops, random);

            // The shortest beginning of the text that ends with a stop, without the longest stop it ends with.
            string? stopped = Enumerable.Range(0, text.Length + 1).Select(length => text[..length]).FirstOrDefault(begin => stops.Any(begin.EndsWith));
            int end = stopped is null ? -1 : stopped.Length - stops.Where(stopped.EndsWith).Max(stop => stop.Length);

            Assert.Equal(end >= 0, found);
            string expected = end >= 0 ? text[..end] : text;
            Assert.True(expected == given, $"'{given}' instead of '{expected}' for '{text}' and {string.Join(',', stops)}");
        }
    }

    private static (string Given, bool Found) Feed(string text, string[] stops, Random random)
    {
        var stop = new StopText(stops);
        string given = "";
        for (int at = 0; at < text.Length && !stop.Found;)
        {
            int length = Math.Min(random.Next(1, 4), text.Length - at);
            given += stop.Add(text.Substring(at, length));
            at += length;
        }

        return (given + stop.Flush(), stop.Found);
    }

    private static string RandomText(Random random, int length) =>
        string.Concat(Enumerable.Range(0, random.Next(length)).Select(_ => "ab"[random.Next(2)]));
}
