using System.Text.RegularExpressions;

namespace NodeBox.Smoke.Tests;

/// <summary>The README says what the program does.</summary>
public sealed class ReadmeTests
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(Published.Root, "README.md"));

    /// <summary>The commands of the <c>console</c> blocks, which show what they print.</summary>
    public static TheoryData<string, string> Examples()
    {
        var examples = new TheoryData<string, string>();
        foreach (string block in Blocks("console"))
        {
            foreach (string example in Regex.Split(block, @"(?m)^\$ ").Where(static example => example.Length > 0))
            {
                string[] lines = example.TrimEnd().Split('\n', 2);
                examples.Add(lines[0], lines.ElementAtOrDefault(1) ?? "");
            }
        }

        return examples;
    }

    /// <summary>The program's command lines in the <c>sh</c> blocks, without comments.</summary>
    public static TheoryData<string> CommandLines() =>
        new(Blocks("sh").SelectMany(static block => block.Split('\n')).Select(static line => line.Split(" #")[0].Trim()).Where(static line => line.StartsWith("nodebox ", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_prints_what_the_README_shows(string command, string output)
    {
        Assert.StartsWith("nodebox ", command);
        using Invocation invocation = Invocation.Start(Published.Root, [Published.Binary, .. command.Split(' ')[1..]]);
        Outcome outcome = (await invocation.EndAsync(Patience.ForCommand)).Expect(0);

        // A line of only "…" stands for the rest.
        string[] shown = [.. output.Split('\n').TakeWhile(static line => line.Trim() != "…")];
        Assert.Equal(shown, outcome.Out.Take(shown.Length));
    }

    [Theory]
    [MemberData(nameof(CommandLines))]
    public async Task A_command_line_has_only_what_the_help_lists(string line)
    {
        // What follows "--" is another program's.
        string[] words = line.Split(" -- ")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];
        string[] verbs = [.. words.TakeWhile(static word => !word.StartsWith('-'))];
        Outcome top = await HelpAsync([]);
        string[] known = [.. verbs.Take(1).Where(verb => !Names(top, verb)), .. await UnknownSubcommandAsync(verbs)];
        Assert.Empty(known);
        Outcome help = await HelpAsync(verbs.Take(verbs is ["lab" or "model", ..] ? 2 : 1));
        Assert.All(words.Where(static word => word.StartsWith('-')), option => Assert.True(Names(help, option), $"{option} is not in {help}"));
    }

    [Fact]
    public void Its_exit_codes_are_those_of_the_program() =>
        Assert.Contains(
            "0 done · 1 a task or check failed · 2 usage or configuration · 3 something this machine lacks · 4 run incomplete · 130 interrupted.",
            s_text);

    private static async Task<IEnumerable<string>> UnknownSubcommandAsync(string[] verbs)
    {
        if (verbs is not ["lab" or "model", var subcommand, ..])
        {
            return [];
        }

        return Names(await HelpAsync(verbs.Take(1)), subcommand) ? [] : [subcommand];
    }

    private static async Task<Outcome> HelpAsync(IEnumerable<string> verbs)
    {
        using Invocation invocation = Invocation.Start(Published.Root, [Published.Binary, .. verbs, "--help"]);
        return (await invocation.EndAsync(Patience.ForCommand)).Expect(0);
    }

    private static bool Names(Outcome help, string word) => help.Out.Any(line => Regex.IsMatch(line, $@"^ +(\S+, )*{Regex.Escape(word)}( |$)"));

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(s_text, $@"(?ms)^```{language}\n(.*?)^```").Select(static match => match.Groups[1].Value);
}
