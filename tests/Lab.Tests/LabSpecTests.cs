namespace NodeBox.Lab.Tests;

public sealed class LabSpecTests
{
    private static readonly LabNode s_first = new("n1", "10.77.0.1", ["sh"]);
    private static readonly LabNode s_second = new("n2", "10.77.0.2", ["sh"]);
    private static readonly LabSpec s_good = new("lab", [s_first, s_second]);

    public static TheoryData<string, LabSpec> Wrong => new()
    {
        { "lab name 'a-b' is not", s_good with { Name = "a-b" } },
        { "lab name '../x' is not", s_good with { Name = "../x" } },
        { "lab name '*' is not", s_good with { Name = "*" } },
        { "lab name 'x\n' is not", s_good with { Name = "x\n" } },
        { "lab name '' is not", s_good with { Name = "" } },
        { "at least one node", s_good with { Nodes = [] } },
        { "prefix length 31", s_good with { PrefixLength = 31 } },
        { "prefix length 7", s_good with { PrefixLength = 7 } },
        { "the time to become ready", s_good with { ReadyWithin = TimeSpan.Zero } },
        { "the time to stop", s_good with { StopWithin = TimeSpan.FromSeconds(11) } },
        { "congestion control 'Cubic!'", s_good with { CongestionControl = "Cubic!" } },
        { "two nodes are called n1", s_good with { Nodes = [s_first, s_second with { Name = "n1" }] } },
        { "nodes n1 and n2 have the same address 10.77.0.1", s_good with { Nodes = [s_first, s_second with { Address = "10.77.0.1" }] } },
        { "n2: 10.78.0.2 is not in 10.77.0.0/24", s_good with { Nodes = [s_first, s_second with { Address = "10.78.0.2" }] } },
        { "n2: 10.77.0.9 is not in 10.77.0.0/29", s_good with { PrefixLength = 29, Nodes = [s_first, s_second with { Address = "10.77.0.9" }] } },
        { "10.77.0.0 is the first or the last", s_good with { Nodes = [s_first with { Address = "10.77.0.0" }] } },
        { "10.77.0.255 is the first or the last", s_good with { Nodes = [s_first with { Address = "10.77.0.255" }] } },
        { "'fd00::1' is not an IPv4 address", s_good with { Nodes = [s_first with { Address = "fd00::1" }] } },
        { "'10.77.1' is not an IPv4 address", s_good with { Nodes = [s_first with { Address = "10.77.1" }] } },
        { "'010.77.0.1' is not an IPv4 address", s_good with { Nodes = [s_first with { Address = "010.77.0.1" }] } },
        { "node name 'N1' is not", s_good with { Nodes = [s_first with { Name = "N1" }] } },
        { "node name 'n1-' is not", s_good with { Nodes = [s_first with { Name = "n1-" }] } },
        { "node name 'sixteen-letters-' is not", s_good with { Nodes = [s_first with { Name = "sixteen-letters-" }] } },
        { "node name 'switch' already means", s_good with { Nodes = [s_first with { Name = "switch" }] } },
        { "node name 'br0' already means", s_good with { Nodes = [s_first with { Name = "br0" }] } },
        { "node n1 has no command", s_good with { Nodes = [s_first with { Command = [] }] } },
        { "node n1: there is no program nosuch-program", s_good with { Nodes = [s_first with { Command = ["nosuch-program"] }] } },
    };

    [Fact]
    public void Accepts_a_good_specification() => Assert.Empty(s_good.Errors());

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Names_what_is_wrong(string error, LabSpec spec) => Assert.Contains(error, Assert.Single(spec.Errors()));

    [Fact]
    public async Task Tells_every_error_before_it_makes_anything()
    {
        LabSpec spec = s_good with { CongestionControl = "", Nodes = [s_first with { Address = "x" }, s_second with { Command = [] }] };
        var refusal = await Assert.ThrowsAsync<LabException>(() => Labs.UpAsync(spec, Program.Supervise));
        Assert.Equal(LabFault.Configuration, refusal.Fault);
        Assert.Equal(3, refusal.Message.Split('\n').Length);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("*")]
    [InlineData("")]
    public async Task Foreign_names_reach_no_file_and_no_namespace(string name)
    {
        Assert.Throws<LabException>(() => Labs.Status(name));
        Assert.Throws<LabException>(() => LabProcess.ExecPrefix(name, "n1"));
        await Assert.ThrowsAsync<LabException>(() => Labs.DownAsync(name));
    }

    [Fact]
    public void Is_the_same_after_a_line_of_json()
    {
        LabSpec spec = s_good with
        {
            PrefixLength = 20,
            CongestionControl = "reno",
            Lifetime = LabLifetime.Bound,
            LogDirectory = "/var/log/lab",
            ReadyWithin = TimeSpan.FromMilliseconds(1500),
            StopWithin = TimeSpan.FromSeconds(2),
            Nodes = [s_first with { Command = ["sh", "-c", "echo \"ä\n\""], Variables = new Dictionary<string, string> { ["A"] = "b\n" } }],
        };
        string line = spec.ToLine();
        Assert.DoesNotContain('\n', line);
        LabSpec read = LabSpec.Parse(line);
        Assert.Equal(line, read.ToLine());
        Assert.Equal(spec with { Nodes = read.Nodes }, read);
        Assert.Equal(spec.Nodes[0].Command, read.Nodes[0].Command);
        Assert.Equal(spec.Nodes[0].Variables, read.Nodes[0].Variables);
    }

    [Fact]
    public void Refuses_every_truncated_line_in_words()
    {
        string line = s_good.ToLine();
        for (int length = 0; length < line.Length; length++)
        {
            var refusal = Assert.Throws<LabException>(() => LabSpec.Parse(line[..length]));
            Assert.Contains("lab specification", refusal.Message);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"name":null,"nodes":[]}""")]
    [InlineData("""{"name":"x","nodes":[{"name":"n1"}]}""")]
    public void Refuses_json_that_lacks_something(string line) => Assert.Throws<LabException>(() => LabSpec.Parse(line));
}
