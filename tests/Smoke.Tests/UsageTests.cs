namespace NodeBox.Smoke.Tests;

/// <summary>What is wrong with a command line or a configuration: exit code 2, every error, and nothing else.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("no node with role wizard", "--role", "wizard")]
    [InlineData("no node with role agent-b: its roles are agent-a, agent-b+tools+baseline, llm, collector", "--role", "agent-b")]
    [InlineData("no node n9: use --node with one of n1, n2, n3, n4", "--node", "n9")]
    [InlineData("--role llm disagrees with roles.toml, where node n1 has role agent-a", "--role", "llm", "--node", "n1")]
    [InlineData("no configuration at absent.toml", "--node", "n1", "--config", "absent.toml")]
    [InlineData("no configuration at absent.toml", "run-scenario", "baseline", "--lab", "--config", "absent.toml")]
    [InlineData("there is no scenario nonsense", "run-scenario", "nonsense")]
    [InlineData("there is no scenario nonsense", "check", "nonsense")]
    [InlineData("enters at baseline, and no node of two.toml has that role", "run-scenario", "baseline", "--config", "two.toml")]
    public async Task Refuses_in_one_line(string message, params string[] arguments)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.Write("two.toml", LlmAndCollector);
        Outcome outcome = (await testbed.RunAsync(arguments)).Expect(2);
        Assert.Contains(message, Assert.Single(outcome.Errors));
    }

    [Theory]
    [InlineData("--runs takes 1 to 1000", "run-scenario", "baseline", "--runs", "0")]
    [InlineData("'x' for option '--runs'", "run-scenario", "baseline", "--runs", "x")]
    [InlineData("'-1' for option '--seed'", "run-scenario", "baseline", "--seed", "-1")]
    [InlineData("Unrecognized option '--labb'", "run-scenario", "baseline", "--labb")]
    [InlineData("Unrecognized option '--strict'", "check", "--strict")]
    [InlineData("Unrecognized command or argument '--rolle'", "--rolle", "llm")]
    [InlineData("Unrecognized command or argument 'start'", "start")]
    [InlineData("'NAME' missing", "run-scenario")]
    [InlineData("Required command was not provided", "lab")]
    public async Task Refuses_a_command_line_and_names_the_help(string message, params string[] arguments)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        Outcome outcome = (await testbed.RunAsync(arguments)).Expect(2);
        Assert.Contains(message, outcome.Errors[0]);
        Assert.StartsWith("Try `nodebox ", outcome.Errors[^1]);
        Assert.All(outcome.Errors.SkipLast(1), static line => Assert.StartsWith("nodebox: ", line));
        Assert.Empty(outcome.Out);
    }

    [Fact]
    public async Task Reports_every_error_of_roles_toml_with_its_line()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.Configure(
            """
            [testbed]
            name = "No Name"
            backends = "both"
            collector = "n9"
            insecure = true
            insecur = true

            [nodes.n1]
            address = "10.77.1"
            role = "agent-z"
            """);
        string[] errors =
        [
            "roles.toml:2:8: testbed.name",
            "roles.toml:3:12: testbed.backends",
            "roles.toml:4:13: testbed.collector",
            "roles.toml:6:1: testbed.insecur: unknown key: did you mean \"insecure\"?",
            "roles.toml:9:11: nodes.n1.address",
            "roles.toml:10:8: nodes.n1.role",
        ];
        foreach (string[] command in new string[][] { ["check"], ["--node", "n1"], ["run-scenario", "baseline"], ["lab", "up"] })
        {
            Outcome outcome = (await testbed.RunAsync(command)).Expect(2);
            Assert.Equal(errors.Length, outcome.Errors.Count);
            Assert.All(outcome.Errors.Zip(errors), static line => Assert.Contains(line.Second, line.First));
        }
    }

    [Fact]
    public async Task Reports_every_error_of_a_scenario_with_its_line()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.Write("wrong.toml", File.ReadAllText(Path.Combine(Published.Root, "scenarios", "agentic-simple.toml"))
            .Replace("\"agentic-simple\"", "\"wrong\"")
            .Replace("concurrency", "concurency")
            .Replace("arguments = { order_id = \"{order}\" }", "arguments = { order_id = \"{ordr}\" }"));
        foreach (string[] command in new string[][] { ["check", "wrong.toml"], ["run-scenario", "wrong.toml"] })
        {
            Outcome outcome = (await testbed.RunAsync(command)).Expect(2);
            Assert.Equal(2, outcome.Errors.Count);
            Assert.Contains("wrong.toml:10:1: workload.concurency: unknown key: did you mean \"concurrency\"?", outcome.Errors[0]);
            Assert.Contains("wrong.toml:19:", outcome.Errors[1]);
            Assert.Contains("{ordr}", outcome.Errors[1]);
        }
    }

    [Fact]
    public async Task Without_a_command_shows_the_help()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        Outcome outcome = (await testbed.RunAsync()).Expect(2);
        Assert.Contains("say which node this is", Assert.Single(outcome.Errors));
        Assert.Contains(outcome.Out, static line => line.Contains("run-scenario"));
    }

    [Fact]
    public async Task Check_says_which_files_are_good()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        testbed.WriteSmallScenarios(tasks: 1, concurrency: 1);
        Outcome outcome = (await testbed.RunAsync("check")).Expect(0);
        Assert.Empty(outcome.Errors);
        string[] files = ["roles.toml", "scenarios/agentic-multihop.toml", "scenarios/agentic-simple.toml", "scenarios/baseline.toml"];
        Assert.Equal(files.Select(static file => $"{file}: good"), outcome.Out);
    }

    private const string LlmAndCollector =
        """
        [testbed]
        name = "two"
        collector = "n2"
        insecure = true

        [nodes.n1]
        address = "127.0.0.1"
        role = "llm"

        [nodes.n2]
        address = "127.0.0.2"
        role = "collector"

        [roles.llm]
        model = "testbed.gguf"
        """;
}
