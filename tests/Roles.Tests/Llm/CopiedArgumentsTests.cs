using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodeBox.Roles.Llm;

namespace NodeBox.Roles.Tests.Llm;

public sealed partial class CopiedArgumentsTests
{
    // A random model says whatever its grammar lets it say; at a high temperature something else each time.
    private const string Chat =
        """
        {"model":"testbed","max_tokens":80,"temperature":2,"top_k":0,"top_p":1,"seed":SEED,CHOICE
        "messages":[{"role":"user","content":"Look up 4711 or 12."}],
        "tools":[{"type":"function","function":{"name":"lookup","parameters":{"type":"object","required":["id"],"additionalProperties":false,
        "properties":{"id":{"type":"integer","minimum":1,"maximum":999999999999}}}}}]}
        """;

    [Fact]
    public async Task A_model_that_copies_says_only_numbers_that_it_read()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { CopiedArguments = ["id"] });

        string[] texts = [.. (await AskAsync(server, "")).Select(static message => message.GetProperty("content").GetString() ?? "")];

        // What was cut off may end within a number.
        string[] numbers = [.. texts.SelectMany(static text => DigitRun().Matches(text.TrimEnd([.. "0123456789"]))).Select(static run => run.Value)];
        Assert.NotEmpty(numbers);
        Assert.All(numbers, static number => Assert.Contains(number, (string[])["4711", "12"]));
    }

    [Fact]
    public async Task A_call_that_is_asked_for_is_as_its_schema_says()
    {
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { CopiedArguments = ["id"] });

        JsonElement[] messages = await AskAsync(server, "\"tool_choice\":\"required\",\"parallel_tool_calls\":false,");

        string[] arguments = [.. messages.Select(static message => message.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString()!)];
        Assert.Contains(arguments, static made => made is not ("""{"id":4711}""" or """{"id":12}"""));
    }

    private static Task<JsonElement[]> AskAsync(LlmServer server, string choice) => Task.WhenAll(Enumerable.Range(0, 12).Select(async seed =>
    {
        string chat = Chat.Replace("SEED", $"{seed}", StringComparison.Ordinal).Replace("CHOICE", choice, StringComparison.Ordinal);
        (HttpStatusCode status, JsonElement body) = await server.PostAsync(chat);
        Assert.Equal(HttpStatusCode.OK, status);
        return body.GetProperty("choices")[0].GetProperty("message");
    }));

    [GeneratedRegex("[0-9]+")]
    private static partial Regex DigitRun();
}
