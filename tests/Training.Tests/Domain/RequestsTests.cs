using System.Text.Json;
using System.Text.RegularExpressions;
using NodeBox.Llama.Chat;
using NodeBox.Training.Domain;
using NodeBox.Training.Evaluation;

namespace NodeBox.Training.Tests.Domain;

public sealed partial class RequestsTests
{
    private const int Drawn = 2000;

    private static readonly Settings s_settings = Settings.Read(TestModel.PromptDirectory);

    [Fact]
    public void A_seed_gives_the_same_dialogues()
    {
        string[] first = [.. Dialogues(7, new Difficulty()).Select(Text)];
        string[] second = [.. Dialogues(7, new Difficulty()).Select(Text)];
        Assert.Equal(first, second);
        Assert.NotEqual(first, [.. Dialogues(8, new Difficulty()).Select(Text)]);
    }

    [Fact]
    public void Training_never_sees_a_held_out_number()
    {
        IEnumerable<string> numbers = Dialogues(7, new Difficulty())
            .SelectMany(static dialogue => Digits().Matches(dialogue.Request))
            .Select(static match => match.Value);
        Assert.DoesNotContain(numbers, Split.IsHeldOutNumber);
    }

    [Fact]
    public void Tests_of_unseen_ids_ask_about_held_out_numbers_only()
    {
        var difficulty = new Difficulty(Numbers: true, ShortestId: 7, LongestId: 12);
        IEnumerable<string> ids = Dialogues(7, difficulty)
            .SelectMany(static d => Digits().Matches(d.Request))
            .Select(static match => match.Value)
            .Where(static number => number.Length >= 7);
        Assert.All(ids, static id => Assert.True(Split.IsHeldOutNumber(id)));
    }

    [Fact]
    public void Held_out_names_are_drawn_for_their_tests_and_nowhere_else()
    {
        var seen = new Draw(new SeededRandom(1), new Difficulty());
        var unseen = new Draw(new SeededRandom(1), new Difficulty(Names: true));
        for (int i = 0; i < Drawn; i++)
        {
            Assert.False(Split.IsHeldOutName(seen.Name()));
            Assert.True(Split.IsHeldOutName(unseen.Name()));
        }
    }

    [Fact]
    public void Calls_hold_what_their_tools_schemas_ask_for()
    {
        foreach (Dialogue dialogue in Dialogues(7, new Difficulty()))
        {
            foreach (Step step in dialogue.Steps)
            {
                ToolDefinition tool = dialogue.Setting.Tools.Single(tool => tool.Name == step.Tool);
                string[] given = MembersOf(JsonDocument.Parse(step.Arguments).RootElement);
                string[] known = MembersOf(tool.Parameters!.Value.GetProperty("properties"));
                Assert.Equal(known.Where(given.Contains), given);
                JsonElement required = tool.Parameters!.Value.GetProperty("required");
                Assert.Subset(given.ToHashSet(), required.EnumerateArray().Select(static name => name.GetString()!).ToHashSet());
            }
        }
    }

    [Fact]
    public void Test_sets_are_the_same_every_time()
    {
        static string[] Texts() => [.. TestSet.All(s_settings, 5).SelectMany(static set => set.Tasks).Select(Text)];
        Assert.Equal(Texts(), Texts());
    }

    private static IEnumerable<Dialogue> Dialogues(ulong seed, Difficulty difficulty)
    {
        var draw = new Draw(new SeededRandom(seed), difficulty);
        for (int i = 0; i < Drawn; i++)
        {
            yield return new Requests(s_settings.Draw(draw), draw).Next();
        }
    }

    private static string[] MembersOf(JsonElement value) => [.. value.EnumerateObject().Select(static member => member.Name)];

    private static string Text(Dialogue dialogue) => string.Join('\n', dialogue.AllTurns().SelectMany(
        static turn => (turn.ToolCalls ?? []).Select(static call => call.Name + call.Arguments).Prepend(turn.Content)));

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
