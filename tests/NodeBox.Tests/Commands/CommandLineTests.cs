using System.CommandLine;
using NodeBox.Commands;

namespace NodeBox.Tests.Commands;

[Collection(ProcessWide.Name)]
public sealed class CommandLineTests : IDisposable
{
    private readonly TextWriter _before = Console.Error;
    private readonly StringWriter _stderr = new();

    public CommandLineTests()
    {
        Console.SetError(_stderr);
    }

    [Theory]
    [InlineData("bogus", "Unrecognized command or argument 'bogus'.", "--help")]
    [InlineData("--role", "Required argument missing for option: '--role'.", "--help")]
    [InlineData("lab", "Required command was not provided.", "lab --help")]
    [InlineData("lab exec", "Required argument 'NODE' missing for command: 'exec'.", "lab exec --help")]
    [InlineData("run-scenario", "Required argument 'NAME' missing for command: 'run-scenario'.", "run-scenario --help")]
    [InlineData("run-scenario x --runs 0", "--runs takes 1 to 1000.", "run-scenario --help")]
    [InlineData("run-scenario x --runs abc", "'abc'", "run-scenario --help")]
    [InlineData("run-scenario x --decide chance", "Argument 'chance' not recognized.", "run-scenario --help")]
    [InlineData("run-scenario x --backends both", "--backends takes shared, separate, or both with a comma.", "run-scenario --help")]
    [InlineData("run-scenario x --backends shared,shared", "--backends takes shared, separate", "run-scenario --help")]
    [InlineData("run-scenario x --bogus", "Unrecognized option '--bogus'.", "run-scenario --help")]
    public async Task A_mistyped_line_is_2_with_the_reason_and_where_to_look(string line, string reason, string help)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync(line));
        string[] said = _stderr.ToString().TrimEnd().Split('\n');
        Assert.StartsWith("nodebox: ", said[0]);
        Assert.Contains(reason, said[0]);
        Assert.EndsWith($" {help}`.", said[^1]);
    }

    [Fact]
    public async Task A_scenario_that_is_not_there_is_2_with_those_that_are()
    {
        string config = Path.Combine(Repository.Root, "roles.toml");
        Assert.Equal(ExitCodes.Usage, await RunAsync($"run-scenario basline --config {config}"));
        Assert.StartsWith("nodebox: there is no scenario basline", _stderr.ToString());
    }

    [Fact]
    public async Task Topologies_of_nodes_that_are_up_are_not_for_a_run_to_choose()
    {
        string config = Path.Combine(Repository.Root, "roles.toml");
        Assert.Equal(ExitCodes.Usage, await RunAsync($"run-scenario baseline --backends shared,separate --config {config}"));
        Assert.StartsWith("nodebox: --backends needs --lab: nodes that are up follow", _stderr.ToString());
    }

    [Theory]
    [InlineData("baseline baseline", "scenario baseline (pooled) is given twice, and its tasks could not be told apart: rename one of")]
    [InlineData("baseline ./scenarios/baseline.toml --lab", "scenario baseline (pooled) is given twice")]
    [InlineData("baseline --lab --state /tmp", "--state is for nodes that are up already")]
    public async Task Scenarios_that_cannot_be_run_so_are_2_before_a_lab_is_brought_up(string line, string reason)
    {
        string config = Path.Combine(Repository.Root, "roles.toml");
        Assert.Equal(ExitCodes.Usage, await RunAsync($"run-scenario {line.Replace("./", $"{Repository.Root}/")} --config {config}"));
        Assert.StartsWith($"nodebox: {reason}", _stderr.ToString());
    }

    [Fact]
    public async Task A_scenario_whose_entry_is_nowhere_is_2_before_a_lab_is_brought_up()
    {
        using var folder = new Folder();
        string config = folder.Write(
            "roles.toml", "testbed = { name = \"lab\", collector = \"n1\", insecure = true }\nnodes.n1 = { address = \"10.77.0.1\", role = \"collector\" }\n");
        Assert.Equal(ExitCodes.Usage, await RunAsync($"run-scenario baseline --lab --config {config}"));
        Assert.StartsWith("nodebox: scenario baseline enters at baseline, and no node", _stderr.ToString());
    }

    [Fact]
    public async Task Errors_of_a_configuration_are_2_with_their_lines()
    {
        using var folder = new Folder();
        string config = folder.Write("roles.toml", "[testbed]\nname = 3\n");
        Assert.Equal(ExitCodes.Usage, await RunAsync($"--role tools --config {config}"));
        Assert.StartsWith($"nodebox: {config}:1:1: testbed.collector: is missing", _stderr.ToString());
        Assert.Contains($"{config}:2:8: testbed.name: 3 is a whole number", _stderr.ToString());
    }

    [Theory]
    [InlineData("model pull org/model", ExitCodes.Usage, "No server is named")]
    [InlineData("model pull model --endpoint http://127.0.0.1:1", ExitCodes.Usage, "'model' is no repository")]
    [InlineData("model pull org/model --endpoint 127.0.0.1", ExitCodes.Usage, "is no server's address")]
    [InlineData("model pull org/model:Q4_K_M --endpoint http://127.0.0.1:1", ExitCodes.Incomplete, "cannot be reached")]
    [InlineData("model info roles.toml", ExitCodes.MachineLacks, "roles.toml")]
    [InlineData("model info x --slots 0", ExitCodes.Usage, "--slots is 0")]
    public async Task What_keeps_a_model_away_is_named_with_its_exit_code(string line, int code, string said)
    {
        Environment.SetEnvironmentVariable("HF_ENDPOINT", null);

        Assert.Equal(code, await RunAsync(line));
        Assert.Contains(said, _stderr.ToString());
    }

    [Theory]
    [InlineData(typeof(OperationCanceledException), ExitCodes.Interrupted, "")]
    [InlineData(typeof(TaskCanceledException), ExitCodes.Interrupted, "")]
    [InlineData(typeof(IOException), ExitCodes.MachineLacks, "nodebox: ")]
    public async Task What_a_command_throws_becomes_an_exit_code(Type thrown, int code, string said)
    {
        Assert.Equal(code, await RunAsync(() => throw (Exception)Activator.CreateInstance(thrown)!));
        Assert.StartsWith(said, _stderr.ToString());
        Assert.Equal(said.Length == 0, _stderr.ToString().Length == 0);
    }

    [Fact]
    public async Task A_time_limit_is_no_interruption()
    {
        int code = await RunAsync(() => throw new TaskCanceledException("too slow", new TimeoutException()));
        Assert.Equal(ExitCodes.MachineLacks, code);
        Assert.Contains("too slow", _stderr.ToString());
    }

    public void Dispose() => Console.SetError(_before);

    private static Task<int> RunAsync(Action action)
    {
        var root = new RootCommand();
        root.SetAction(_ => action());
        return CommandLine.RunAsync(root, []);
    }

    private static Task<int> RunAsync(string line)
    {
        RootCommand root = NodeCommand.Create();
        root.Add(RunScenarioCommand.Create());
        root.Add(LabCommand.Create());
        root.Add(ModelCommand.Create());
        return CommandLine.RunAsync(root, line.Split(' '));
    }
}
