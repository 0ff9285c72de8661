using NodeBox.Scenarios.Definition;
using NodeBox.Toml;

namespace NodeBox.Scenarios.Tests.Definition;

public sealed class ScenarioTests
{
    private const string Separator = "\n----------\n";

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(CaseFolder, "*.case").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string CaseFolder => Path.Combine(AppContext.BaseDirectory, "Definition", "Cases");

    [Fact]
    public void All_shipped_scenarios_are_valid()
    {
        string[] files = [.. Directory.EnumerateFiles(ShippedScenarios.Folder).Select(file => Path.GetFileNameWithoutExtension(file)).Order()];
        Assert.Equal(ShippedScenarios.Names, files);
        Assert.All(files, name => Assert.Equal(name, ShippedScenarios.Load(name).Name));
    }

    [Fact]
    public void Hashes_the_file()
    {
        Scenario scenario = ShippedScenarios.Load("baseline");
        byte[] hash = System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(scenario.File));
        Assert.Equal(Convert.ToHexStringLower(hash), scenario.Sha256);
    }

    [Fact]
    public void Has_defaults_for_the_workload()
    {
        Scenario scenario = Read("""
            [scenario]
            name = "x"
            entry = "baseline"
            [request]
            arguments = {}
            """);
        Assert.Equal((32, 1, TimeSpan.FromSeconds(30)), (scenario.Tasks, scenario.Concurrency, scenario.Deadline));
        Assert.Equal(("pooled", "pooled"), (scenario.Connections, scenario.Variant));
    }

    /// <summary>Each case is a scenario file x.toml, a line of dashes, and every error in it.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Says_everything_that_is_wrong(string name)
    {
        string[] parts = File.ReadAllText(Path.Combine(CaseFolder, $"{name}.case")).Split(Separator);
        var error = Assert.Throws<TomlException>(() => Read(parts[0]));
        Assert.Equal(parts[1].TrimEnd(), error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_file_is_read_or_refused(int seed)
    {
        var random = new Random(seed);
        string whole = File.ReadAllText(Path.Combine(ShippedScenarios.Folder, "agentic-multihop.toml")).Replace("agentic-multihop", "x", StringComparison.Ordinal);
        int refused = 0;
        for (int round = 0; round < 1_000; round++)
        {
            string[] lines = whole.Split('\n');
            int from = random.Next(lines.Length);
            int to = random.Next(lines.Length);
            lines[to] = random.Next(3) switch
            {
                0 => "",
                1 => lines[from],
                _ => lines[to].Length == 0 ? "[[steps]]" : lines[to].Remove(random.Next(lines[to].Length), 1),
            };
            try
            {
                Workload.Generate(Read(string.Join('\n', lines)) with { Tasks = 1 }, 1);
            }
            catch (TomlException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 999);
    }

    private static Scenario Read(string text)
    {
        var errors = new TomlErrors();
        Scenario scenario = ScenarioReader.Read(TomlDocument.Parse(text, "x.toml"), "", errors);
        errors.ThrowIfAny();
        return scenario;
    }
}
