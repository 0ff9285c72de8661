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
    public static TheoryData<string> CommandLines()
    {
        IEnumerable<string> lines = Blocks("sh").SelectMany(static block => block.Split('\n')).Where(static line => line.StartsWith("nodebox "));
        return new TheoryData<string>(lines.Select(static line => line.Split(" #")[0].TrimEnd()));
    }

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
        string[] names = [.. words.TakeWhile(static word => !word.StartsWith('-'))];

        // What follows a command without commands of its own are its arguments.
        string[] commands = [.. names.Take(names is ["lab" or "model", ..] ? 2 : 1)];
        for (int i = 0; i < commands.Length; i++)
        {
            Assert.True(Lists(await HelpAsync(commands[..i]), commands[i]), $"there is no command {commands[i]}");
        }

        Outcome help = await HelpAsync(commands);
        IEnumerable<string> options = words.Where(static word => word.StartsWith('-'));
        Assert.All(options, option => Assert.True(Lists(help, option), $"{option} is not in {help}"));
    }

    private static async Task<Outcome> HelpAsync(IEnumerable<string> verbs)
    {
        using Invocation invocation = Invocation.Start(Published.Root, [Published.Binary, .. verbs, "--help"]);
        return (await invocation.EndAsync(Patience.ForCommand)).Expect(0);
    }

    private static bool Lists(Outcome help, string word) =>
        help.Out.Any(line => Regex.IsMatch(line, $@"^ +(\S+, )*{Regex.Escape(word)}( |$)"));

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(s_text, $@"(?ms)^```{language}\n(.*?)^```").Select(static match => match.Groups[1].Value);
}
