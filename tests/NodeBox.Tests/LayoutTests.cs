using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NodeBox.Tests;

/// <summary>Holds the arrows of ARCHITECTURE.md: who may reference whom.</summary>
public sealed partial class LayoutTests
{
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Toml"] = [],
        ["A2A"] = [],
        ["Store"] = [],
        ["Llama"] = [],
        ["Probes.Native"] = [],
        ["Lab"] = [],
        ["Telemetry"] = [],
        ["Roles"] = ["A2A", "Llama", "Store", "Telemetry"],
        ["Scenarios"] = ["A2A", "Telemetry", "Toml"],
        ["Analysis"] = ["Store", "Telemetry"],
        ["NodeBox"] = ["A2A", "Analysis", "Lab", "Llama", "Probes.Native", "Roles", "Scenarios", "Store", "Telemetry", "Toml"],
    };

    private static readonly Dictionary<string, string[]> s_roleArrows = new()
    {
        ["Agent"] = ["A2A", "Telemetry"],
        ["Tools"] = ["Telemetry"],
        ["Baseline"] = ["Telemetry"],
        ["Llm"] = ["Llama", "Telemetry"],
        ["Collector"] = ["Store", "Telemetry"],
    };

    // What the kernel calls the functions that it offers to eBPF programs.
    private const string EbpfHelper = "Helper";

    public static TheoryData<string> Projects => [.. s_arrows.Keys];

    public static TheoryData<string> Roles => [.. s_roleArrows.Keys];

    [Fact]
    public void Every_source_project_has_its_arrows_stated()
    {
        IEnumerable<string?> folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName);
        Assert.Equal(s_arrows.Keys.Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_its_arrows_allow(string project)
    {
        string file = Path.Combine(Repository.Root, "src", project, $"{project}.csproj");
        IEnumerable<string> references = XDocument.Load(file).Descendants("ProjectReference")
            .Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Empty(references.Except(s_arrows[project]));
    }

    [Fact]
    public void Roles_are_one_folder_each()
    {
        IEnumerable<string?> folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src", "Roles")).Select(Path.GetFileName);
        Assert.Equal(s_roleArrows.Keys.Order(), folders.Order());
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void A_role_uses_no_other_role_and_only_its_own_layers(string role)
    {
        IEnumerable<string> forbidden = s_roleArrows.Keys.Where(other => other != role).Select(static other => $"NodeBox.Roles.{other}")
            .Concat(s_arrows.Keys.Except(s_roleArrows[role]).Except(["Roles", "NodeBox"]).Select(static layer => $"NodeBox.{layer}"));
        foreach (string file in Repository.SourceFiles($"src/Roles/{role}"))
        {
            IEnumerable<string> used = NamespacesUsed().Matches(File.ReadAllText(file)).Select(static match => match.Value);
            Assert.DoesNotContain(used, name => forbidden.Any(bad => name == bad || name.StartsWith(bad + ".", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Types_are_named_for_what_they_are()
    {
        IEnumerable<string> vague = Repository.SourceFiles("src")
            .Select(Path.GetFileNameWithoutExtension)
            .OfType<string>()
            .Where(static name => VagueName().IsMatch(name) && name != EbpfHelper);
        Assert.Empty(vague);
    }

    [GeneratedRegex(@"NodeBox\.[A-Z][\w.]*")]
    private static partial Regex NamespacesUsed();

    // "Helper" alone is the kernel's word for what eBPF programs may call.
    [GeneratedRegex("(Manager|.Helpers?|Utils?|Utilities|Common)$")]
    private static partial Regex VagueName();
}
