using NodeBox.Configuration;

namespace NodeBox.Tests.Configuration;

[Collection(ProcessWide.Name)]
public sealed class ScenarioFilesTests : IDisposable
{
    private static readonly string[] s_shipped = ["agentic-multihop", "agentic-simple", "baseline"];
    private readonly string _before = Environment.CurrentDirectory;
    private readonly Folder _folder = new();

    public ScenarioFilesTests()
    {
        Environment.CurrentDirectory = _folder.Path;
    }

    [Fact]
    public void A_name_finds_the_one_here_and_else_the_one_that_comes_with_nodebox()
    {
        _folder.Write("scenarios/baseline.toml", "");
        Assert.Equal("scenarios/baseline.toml", ScenarioFiles.Find("baseline"));
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "scenarios/agentic-simple.toml"), ScenarioFiles.Find("agentic-simple"));
    }

    [Fact]
    public void A_path_is_taken_as_it_is()
    {
        string file = _folder.Write("mine.toml", "");
        Assert.Equal(file, ScenarioFiles.Find(file));
        Assert.Equal("mine.toml", ScenarioFiles.Find("mine.toml"));
        Assert.Throws<NodeBoxException>(() => ScenarioFiles.Find("baseline.toml"));
    }

    [Fact]
    public void All_are_those_that_a_name_finds()
    {
        Assert.Equal(s_shipped, ScenarioFiles.All().Select(Path.GetFileNameWithoutExtension));
        _folder.Write("scenarios/baseline.toml", "");
        _folder.Write("scenarios/zeal.toml", "");
        _folder.Write("scenarios/notes.md", "");

        Assert.Equal([.. s_shipped, "zeal"], ScenarioFiles.All().Select(Path.GetFileNameWithoutExtension));
        Assert.All(ScenarioFiles.All(), static file => Assert.Equal(file, ScenarioFiles.Find(Path.GetFileNameWithoutExtension(file))));
    }

    [Fact]
    public void A_name_that_finds_none_is_told_which_do()
    {
        var error = Assert.Throws<NodeBoxException>(() => ScenarioFiles.Find("basline"));
        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        string shipped = Path.Combine(AppContext.BaseDirectory, "scenarios", "basline.toml");
        Assert.Equal(
            $"there is no scenario basline (looked for scenarios/basline.toml and {shipped}). "
            + "Known: agentic-multihop, agentic-simple, baseline.",
            error.Message);
    }

    [Fact]
    public void A_configuration_here_is_found_without_naming_it()
    {
        Assert.SkipWhen(File.Exists("/etc/nodebox/roles.toml"), "this machine has a configuration of its own");
        var error = Assert.Throws<NodeBoxException>(() => NodeSelection.FindConfig(null));
        Assert.StartsWith("no configuration at roles.toml or /etc/nodebox/roles.toml:", error.Message);
        _folder.Write("roles.toml", "");
        Assert.Equal("roles.toml", NodeSelection.FindConfig(null));
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }
}
