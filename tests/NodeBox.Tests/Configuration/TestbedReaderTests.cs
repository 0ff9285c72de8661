using NodeBox.Configuration;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Collector;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Tools;
using NodeBox.Toml;

namespace NodeBox.Tests.Configuration;

public sealed class TestbedReaderTests
{
    private const string Separator = "\n----------\n";

    private const string Settings = """
        [testbed]
        name = "lab"
        collector = "n1"
        insecure = true
        [nodes.n1]
        address = "10.77.0.1"
        role = "agent-a+tools+baseline+llm+collector"
        agent-a.prompt = "prompt.md"
        agent-a.port = 1
        agent-a.llm_url = "https://llm.example/base"
        agent-a.model = "m"
        agent-a.decision_max_tokens = 2
        agent-a.answer_max_tokens = 3
        agent-a.step_limit = 4
        agent-a.deadline = "5s"
        agent-a.max_concurrent_tasks = 6
        agent-a.queue_limit = 7
        agent-a.tool_result_limit = 8
        tools.db_port = 11
        tools.synthetic_port = 12
        tools.data_dir = "data"
        tools.seed = 13
        tools.max_sessions = 14
        tools.session_idle_timeout = "15s"
        tools.max_request_bytes = 1600
        tools.allowed_origins = ["https://lab.example"]
        baseline.address = "host"
        baseline.seed = 21
        baseline.hop_timeout = "22ms"
        llm.port = 31
        llm.model = "model.gguf"
        llm.name = "n"
        llm.context = 320
        llm.threads = 33
        llm.queue_limit = 34
        llm.max_tokens_default = 35
        llm.device = "cpu"
        llm.deadline = "36m"
        llm.max_request_bytes = 3700
        llm.hang_timeout = "37s"
        llm.memory_limit = "38MiB"
        llm.cpus = "8,0-3"
        collector.push_port = 41
        collector.http_port = 42
        collector.data_dir = "d"
        collector.max_idle_records = 43
        [[nodes.n1.baseline.services]]
        name = "a"
        port = 23
        url = "http://b:1/"
        service_time = "24ms"
        distribution = "exponential"
        jitter_seed = 25
        request_bytes = 1000
        response_bytes = 2000
        [[nodes.n1.baseline.services]]
        name = "b"
        port = 26
        distribution = "uniform"
        [[nodes.n1.baseline.services]]
        name = "c"
        port = 27
        distribution = "fixed"
        """;

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateFiles(CaseFolder, "*.case").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string CaseFolder => Path.Combine(AppContext.BaseDirectory, "Configuration", "Cases");

    /// <summary>
    /// Each file in Cases is a roles.toml, a line of dashes, and what is read: the testbed, or every error. Adding a case is adding a file.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Reads(string name)
    {
        string[] parts = File.ReadAllText(Path.Combine(CaseFolder, $"{name}.case")).Split(Separator);
        Assert.Equal(2, parts.Length);
        Assert.Equal(parts[1].TrimEnd(), ReadOrExplain(parts[0] + "\n"));
    }

    [Fact]
    public void What_the_probes_measure_is_read()
    {
        using var folder = new Folder();
        folder.Write("prompt.md", "You are terse.");
        string file = folder.Write("roles.toml", Settings);
        Assert.Equal(new ProbeSettings(), TestbedReader.Load(file).Probes);

        File.AppendAllText(file, "\n[probes]\npackets = true\nburst_gap = \"0.25ms\"\n");
        ProbeSettings expected = new() { Packets = true, BurstGap = TimeSpan.FromMicroseconds(250) };
        Assert.Equal(expected, TestbedReader.Load(file).Probes);
    }

    [Fact]
    public void Every_setting_of_a_role_is_read()
    {
        using var folder = new Folder();
        folder.Write("prompt.md", "You are terse.");
        string file = folder.Write("roles.toml", Settings);
        RoleSettings settings = TestbedReader.Load(file).Nodes[0].Settings;

        AgentSettings agent = Assert.Single(settings.Agents);
        Assert.Equal(
            ("agent-a", 1, "You are terse.", new Uri("https://llm.example/base"), "m"),
            (agent.Name, agent.Port, agent.Prompt, agent.LlmUrl, agent.Model));
        Assert.Equal(
            (2, 3, 4, TimeSpan.FromSeconds(5), 6, 7, 8),
            (agent.DecisionMaxTokens, agent.AnswerMaxTokens, agent.StepLimit, agent.Deadline,
                agent.MaxConcurrentTasks, agent.QueueLimit, agent.ToolResultLimit));
        var tools = new ToolsSettings
        {
            DbPort = 11,
            SyntheticPort = 12,
            DataDir = Path.Combine(folder.Path, "data"),
            Seed = 13,
            MaxSessions = 14,
            SessionIdleTimeout = TimeSpan.FromSeconds(15),
            MaxRequestBytes = 1600,
        };
        Assert.Equal(["https://lab.example"], settings.Tools.AllowedOrigins);
        Assert.Equal(tools, settings.Tools with { AllowedOrigins = tools.AllowedOrigins });
        Assert.Equal(
            ("host", 21UL, TimeSpan.FromMilliseconds(22)),
            (settings.Baseline.Address, settings.Baseline.Seed, settings.Baseline.HopTimeout));
        BaselineService[] services =
        [
            new()
            {
                Name = "a",
                Port = 23,
                Url = new Uri("http://b:1/"),
                ServiceTime = TimeSpan.FromMilliseconds(24),
                Distribution = ServiceTimeDistribution.Exponential,
                JitterSeed = 25,
                RequestBytes = 1000,
                ResponseBytes = 2000,
            },
            new() { Name = "b", Port = 26, Distribution = ServiceTimeDistribution.Uniform },
            new() { Name = "c", Port = 27, Distribution = ServiceTimeDistribution.Fixed },
        ];
        Assert.Equal(services, settings.Baseline.Services);
        var model = new ModelSettings
        {
            Options = new EngineOptions(Path.Combine(folder.Path, "model.gguf"))
            {
                Context = 320,
                Threads = 33,
                QueueLimit = 34,
                EmbeddingTokens = new ModelSettings().Options.EmbeddingTokens,
                Device = DeviceKind.Cpu,
            },
            Name = "n",
            MaxTokensDefault = 35,
            Deadline = TimeSpan.FromMinutes(36),
            HangTimeout = TimeSpan.FromSeconds(37),
            MemoryLimit = 38 << 20,
        };
        Assert.Equal((31, 3700), (settings.Llm.Port, settings.Llm.MaxRequestBytes));
        ModelSettings read = Assert.Single(settings.Llm.Models);
        Assert.Equal("0-3,8", $"{read.Cpus}");
        Assert.Equal(model, read with { Cpus = null, CopiedArguments = model.CopiedArguments });
        Assert.Equal(new CollectorSettings { PushPort = 41, HttpPort = 42, DataDir = "d", MaxIdleRecords = 43 }, settings.Collector);
    }

    [Fact]
    public void What_is_not_set_has_the_defaults_of_its_record()
    {
        Testbed testbed = TestbedReader.Load(Path.Combine(Repository.Root, "roles.toml"));
        TestbedNode n2 = testbed.Nodes[1];
        Assert.Equal(new ToolsSettings(), n2.Settings.Tools with { AllowedOrigins = new ToolsSettings().AllowedOrigins });
        Assert.Equal(new BaselineSettings().Services, n2.Settings.Baseline.Services);
        Assert.Equal(n2.Address.ToString(), n2.Settings.Baseline.Address);
        ModelSettings llm = Assert.Single(testbed.Nodes[2].Settings.Llm.Models);
        ModelSettings defaults = new() { CopiedArguments = llm.CopiedArguments };
        EngineOptions options = defaults.Options with { ModelPath = Path.Combine(Repository.Root, "models/testbed.gguf") };
        Assert.Equal(defaults with { Options = options }, llm);
        Assert.Equal(["order_id", "customer_id", "item_id", "quantity", "seed"], llm.CopiedArguments);
        Assert.Equal(new CollectorSettings(), testbed.CollectorNode.Settings.Collector);
        Assert.StartsWith("You are agent-b", n2.Settings.Agents[0].Prompt);
    }

    [Fact]
    public void A_prompt_that_is_missing_is_named_by_its_path()
    {
        using var folder = new Folder();
        string file = folder.Write("roles.toml", Settings);
        TomlError error = Assert.Single(Assert.Throws<TomlException>(() => TestbedReader.Load(file)).Errors);
        Assert.Equal((8, $"nodes.n1.agent-a.prompt: there is no file {folder.Path}/prompt.md"), (error.Line, error.Message));
    }

    [Fact]
    public void A_file_that_is_missing_is_named_by_its_path()
    {
        var error = Assert.Throws<TomlException>(() => TestbedReader.Load("/no/such/roles.toml"));
        Assert.StartsWith("/no/such/roles.toml:1:1: The file cannot be read", error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_damaged_file_is_read_or_refused(int seed)
    {
        var random = new Random(seed);
        string[] whole = Settings.Replace("prompt = \"prompt.md\"", "", StringComparison.Ordinal).Split('\n');
        int refused = 0;
        for (int round = 0; round < 1_000; round++)
        {
            string[] lines = [.. whole];
            int from = random.Next(lines.Length);
            int to = random.Next(lines.Length);
            lines[to] = random.Next(3) switch
            {
                0 => "",
                1 => lines[from],
                _ => lines[to].Length == 0 ? "[nodes.n2]" : lines[to].Remove(random.Next(lines[to].Length), 1),
            };
            try
            {
                TestbedReader.Read(TomlDocument.Parse(string.Join('\n', lines), "roles.toml"));
            }
            catch (TomlException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 999);
    }

    private static string ReadOrExplain(string text)
    {
        try
        {
            return string.Join('\n', Describe(TestbedReader.Read(TomlDocument.Parse(text, "roles.toml"))));
        }
        catch (TomlException error)
        {
            return error.Message;
        }
    }

    private static IEnumerable<string> Describe(Testbed testbed)
    {
        yield return $"{testbed.Name} {string.Join(',', testbed.Backends)} {testbed.CollectorNode.Name}";
        foreach (TestbedNode node in testbed.Nodes)
        {
            yield return $"{node.Name} {node.Address} {string.Join(' ', node.Roles)}";
            foreach (AgentSettings agent in node.Settings.Agents)
            {
                yield return $"  {agent.Name} {agent.Port} llm {agent.LlmUrl} {agent.Model}";
                foreach ((string name, Uri url) in agent.ToolServers.Concat(agent.Peers).Concat(agent.Services))
                {
                    yield return $"    {name} {url}";
                }
            }

            if (node.Has("llm"))
            {
                LlmSettings llm = node.Settings.Llm;
                IEnumerable<string> models = llm.Models.Select(static model => model.Engine == ModelSettings.Timed
                    ? $"{model.Name}({model.Timing.FirstToken.TotalMilliseconds}ms)"
                    : model.Options.ModelPath.Replace($"{Environment.CurrentDirectory}/", "", StringComparison.Ordinal));
                yield return $"  llm {llm.Port} {string.Join(' ', models)}";
            }
        }
    }
}
