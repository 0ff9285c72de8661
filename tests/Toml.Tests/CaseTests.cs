using System.Globalization;

namespace NodeBox.Toml.Tests;

/// <summary>
/// Each file in Cases is a configuration, a line of dashes, and what a reader of it sees: either what was read, or every
/// error. Adding a case is adding a file.
/// </summary>
public sealed class CaseTests
{
    private const string Separator = "\n----------\n";

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.case").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Cases");

    [Theory]
    [MemberData(nameof(Files))]
    public void Reads(string name)
    {
        string[] parts = File.ReadAllText(Path.Combine(Folder, $"{name}.case")).Split(Separator);
        Assert.Equal(2, parts.Length);
        Assert.Equal(parts[1].TrimEnd(), ReadOrExplain(parts[0] + "\n").TrimEnd());
    }

    private static string ReadOrExplain(string text)
    {
        try
        {
            var errors = new TomlErrors();
            string read = string.Join('\n', Testbed(TomlDocument.Parse(text, "roles.toml").Section(errors)));
            errors.ThrowIfAny();
            return read;
        }
        catch (TomlException error)
        {
            return error.Message;
        }
    }

    /// <summary>A configuration of the product's shape, with every kind of access.</summary>
    private static List<string> Testbed(TomlSection file)
    {
        var testbed = file.Section("testbed");
        var read = new List<string>
        {
            $"name {testbed.RequiredString("name")}",
            $"backends {testbed.Choice("backends", ["shared", "separate"], "shared")}",
            $"insecure {testbed.Bool("insecure", false)}",
        };
        var roles = file.Section("roles");
        var llm = roles.Section("llm");
        foreach (var node in file.Sections("nodes"))
        {
            read.Add($"node {node.Name} {node.RequiredString("address")} {string.Join('+', node.StringArray("roles", "agent-a"))}");
            read.AddRange(Llm(node.Section("llm").WithDefaults(llm)).Select(setting => $"  {setting}"));
            node.RejectUnknown();
        }

        foreach (var link in file.Sections("links"))
        {
            read.Add($"link {link.Name} {link.Double("loss", 0, 0, 1).ToString(CultureInfo.InvariantCulture)}");
            link.RejectUnknown();
        }

        testbed.RejectUnknown();
        roles.RejectUnknown();
        file.RejectUnknown();
        return read;
    }

    private static IEnumerable<string> Llm(TomlSection llm)
    {
        yield return $"port {llm.Port("port", 8000)}";
        yield return $"threads {llm.Int("threads", 1, 1, 64)}";
        yield return $"timeout {llm.Duration("timeout", TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10))}";
        llm.RejectUnknown();
    }
}
