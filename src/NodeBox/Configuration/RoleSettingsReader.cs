using System.Net;
using NodeBox.Roles.Agent;
using NodeBox.Roles.Baseline;
using NodeBox.Roles.Collector;
using NodeBox.Roles.Tools;
using NodeBox.Toml;

namespace NodeBox.Configuration;

/// <summary>Fills the settings record of each role from [nodes.NAME.ROLE] over [roles.ROLE] over the record's own defaults.</summary>
internal static class RoleSettingsReader
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    /// <param name="node">The node's table.</param>
    /// <param name="defaults">The file's [roles] table.</param>
    /// <param name="roles">The node's roles, each once.</param>
    /// <param name="address">The node's address.</param>
    /// <param name="directory">What relative paths are relative to.</param>
    public static RoleSettings Read(
        TomlSection node, TomlSection defaults, IReadOnlyCollection<string> roles, IPAddress address, string directory)
    {
        var settings = new RoleSettings();
        foreach (string role in roles)
        {
            TomlSection section = node.Section(role).WithDefaults(defaults.Section(role));
            settings = role switch
            {
                RoleNames.AgentA => settings with { Agents = [.. settings.Agents, ReadAgent(section, role, 7001, directory)] },
                RoleNames.AgentB => settings with { Agents = [.. settings.Agents, ReadAgent(section, role, 7002, directory)] },
                RoleNames.Tools => settings with { Tools = ReadTools(section, directory) },
                RoleNames.Baseline => settings with { Baseline = ReadBaseline(section, address) },
                RoleNames.Llm => settings with { Llm = LlmSettingsReader.Read(section, directory) },
                RoleNames.Collector => settings with { Collector = ReadCollector(section) },
                _ => settings,
            };
            section.RejectUnknown();
        }

        return settings;
    }

    // Where the agent finds its LLM, tools, peers and services follows from the testbed: see AgentWiring.
    private static AgentSettings ReadAgent(TomlSection section, string role, int port, string directory)
    {
        Uri? llm = ReadUrl(section, "llm_url");
        string? keyFile = section.OptionalString("llm_key_file");
        if (keyFile is not null && llm is null)
        {
            section.Error("llm_key_file", "is for a server outside of the testbed: set llm_url, or remove it");
        }

        var agent = new AgentSettings
        {
            Name = role,
            Port = section.Port("port", port),
            Prompt = ReadPrompt(section, role, directory),
            LlmUrl = llm ?? AgentWiring.Unconnected,
            LlmIsForeign = llm is not null,
            LlmKeyFile = keyFile is null ? null : Path.Combine(directory, keyFile),
            Model = section.String("model", ""),
        };
        return agent with
        {
            DecisionMaxTokens = section.Int("decision_max_tokens", agent.DecisionMaxTokens, 1, 65536),
            AnswerMaxTokens = section.Int("answer_max_tokens", agent.AnswerMaxTokens, 1, 65536),
            StepLimit = section.Int("step_limit", agent.StepLimit, 1, 1024),
            Deadline = section.Duration("deadline", agent.Deadline, TimeSpan.FromMilliseconds(1)),
            MaxConcurrentTasks = section.Int("max_concurrent_tasks", agent.MaxConcurrentTasks, 1, 65536),
            QueueLimit = section.Int("queue_limit", agent.QueueLimit, 0, 65536),
            ToolResultLimit = section.Int("tool_result_limit", agent.ToolResultLimit, 1),
        };
    }

    private static string ReadPrompt(TomlSection section, string role, string directory)
    {
        if (section.OptionalString("prompt") is not { } asked)
        {
            return File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "agents", $"{role}.md"));
        }

        string path = Path.Combine(directory, asked);
        if (File.Exists(path))
        {
            return File.ReadAllText(path);
        }

        section.Error("prompt", $"there is no file {path}");
        return "";
    }

    private static Uri? ReadUrl(TomlSection section, string key)
    {
        if (section.OptionalString(key) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        section.Error(key, $"\"{text}\" is not an http URL, such as http://10.0.0.3:8000");
        return null;
    }

    private static ToolsSettings ReadTools(TomlSection section, string directory)
    {
        var tools = new ToolsSettings();
        return tools with
        {
            DbPort = section.Port("db_port", tools.DbPort),
            SyntheticPort = section.Port("synthetic_port", tools.SyntheticPort),
            DataDir = section.OptionalString("data_dir") is { } path ? Path.Combine(directory, path) : null,
            Seed = (ulong)section.Long("seed", (long)tools.Seed, 0),
            MaxSessions = section.Int("max_sessions", tools.MaxSessions, 1, 1 << 20),
            SessionIdleTimeout = section.Duration("session_idle_timeout", tools.SessionIdleTimeout, TimeSpan.FromSeconds(1)),
            MaxRequestBytes = section.Int("max_request_bytes", tools.MaxRequestBytes, 1024, 1 << 30),
            AllowedOrigins = section.StringArray("allowed_origins", tools.AllowedOrigins),
        };
    }

    private static BaselineSettings ReadBaseline(TomlSection section, IPAddress address)
    {
        var defaults = new BaselineSettings();
        IReadOnlyList<TomlSection> services = section.Sections("services");
        BaselineSettings baseline = defaults with
        {
            Address = section.String("address", address.ToString()),
            Seed = (ulong)section.Long("seed", (long)defaults.Seed, 0),
            HopTimeout = section.Duration("hop_timeout", defaults.HopTimeout, TimeSpan.FromMilliseconds(1)),
            Services = services.Count == 0 ? defaults.Services : [.. services.Select(ReadService)],
        };
        foreach (string error in baseline.Errors())
        {
            section.Error("services", error);
        }

        return baseline;
    }

    private static BaselineService ReadService(TomlSection section)
    {
        var service = new BaselineService { Name = section.RequiredString("name"), Port = section.Port("port", 0) };
        service = service with
        {
            Url = ReadUrl(section, "url"),
            ServiceTime = section.Duration("service_time", service.ServiceTime, TimeSpan.Zero, s_minute),
            Distribution = section.Choice("distribution", ["fixed", "uniform", "exponential"], "fixed") switch
            {
                "uniform" => ServiceTimeDistribution.Uniform,
                "exponential" => ServiceTimeDistribution.Exponential,
                _ => ServiceTimeDistribution.Fixed,
            },
            JitterSeed = (ulong)section.Long("jitter_seed", (long)service.JitterSeed, 0),
            RequestBytes = section.Int("request_bytes", service.RequestBytes, 0),
            ResponseBytes = section.Int("response_bytes", service.ResponseBytes, 0),
        };
        section.RejectUnknown();
        return service;
    }

    private static CollectorSettings ReadCollector(TomlSection section)
    {
        var collector = new CollectorSettings();
        return collector with
        {
            PushPort = section.Port("push_port", collector.PushPort),
            HttpPort = section.Port("http_port", collector.HttpPort),
            DataDir = section.String("data_dir", collector.DataDir),
            MaxIdleRecords = section.Int("max_idle_records", collector.MaxIdleRecords, 0),
        };
    }
}
