using NodeBox.Telemetry.Http;
using NodeBox.Toml;

namespace NodeBox.Scenarios.Definition;

/// <summary>Reads a scenario file and says everything that is wrong with it.</summary>
internal static class ScenarioReader
{
    private const int MaxTasks = 100_000;
    private const int MaxConcurrency = 4096;
    private const int MaxAnswerTokens = 4096;
    private const int DefaultAnswerTokens = 48;

    /// <returns>the scenario; of use only if no error was added.</returns>
    public static Scenario Read(TomlDocument document, string sha256, TomlErrors errors)
    {
        TomlSection root = document.Section(errors);
        TomlSection head = root.Section("scenario");
        TomlSection workload = root.Section("workload");
        string entry = head.Choice("entry", [.. Scenario.Agents, Scenario.Baseline], Scenario.Agents[0]);
        bool isBaseline = entry == Scenario.Baseline;
        var scenario = new Scenario(
            document.File,
            sha256,
            ReadName(head, document.File),
            head.String("description", ""),
            entry,
            head.Choice("connections", [CallConnections.Pooled, CallConnections.PerTask], CallConnections.Pooled),
            isBaseline ? Scenario.ByScript : head.Choice("decide", Scenario.Deciders, Scenario.ByScript),
            workload.Int("tasks", 32, 1, MaxTasks),
            workload.Int("concurrency", 1, 1, MaxConcurrency),
            workload.Duration("deadline", TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)),
            isBaseline ? 0 : workload.Int("answer_max_tokens", DefaultAnswerTokens, 1, MaxAnswerTokens),
            isBaseline ? null : ReadPrompt(root),
            isBaseline ? [] : StepReader.Read(root, entry),
            isBaseline ? ReadRequest(root) : null);
        if (isBaseline)
        {
            RefuseAgentParts(root);
        }

        head.RejectUnknown();
        workload.RejectUnknown();
        root.RejectUnknown();
        return scenario;
    }

    /// <summary>A required text with placeholders; null after an error.</summary>
    public static Template? Text(TomlSection section, string key)
    {
        string text = section.RequiredString(key);
        Template? template = Template.Parse(text, out string problem);
        if (template is null)
        {
            section.Error(key, problem);
        }

        return template;
    }

    private static string ReadName(TomlSection head, string file)
    {
        string name = head.RequiredString("name");
        string expected = Path.GetFileNameWithoutExtension(file);
        if (name.Length > 0 && name != expected)
        {
            head.Error("name", $"\"{name}\" is not the name of the file: write \"{expected}\", or rename the file");
        }

        return name;
    }

    private static Template? ReadPrompt(TomlSection root)
    {
        TomlSection prompt = root.Section("prompt");
        Template? text = Text(prompt, "text");
        prompt.RejectUnknown();
        return text;
    }

    private static ArgumentTemplate? ReadRequest(TomlSection root)
    {
        TomlSection request = root.Section("request");
        ArgumentTemplate? arguments = ArgumentTemplate.Read(request);
        if (arguments is null)
        {
            request.Error("arguments", "is missing: say what the gateway is sent, as in arguments = { order_id = \"{order}\" }");
        }

        request.RejectUnknown();
        return arguments;
    }

    private static void RefuseAgentParts(TomlSection root)
    {
        foreach (string part in new[] { "steps", "prompt" }.Where(root.Has))
        {
            root.Error(part, $"has no place here: the entry \"{Scenario.Baseline}\" has no agent. Remove it, or enter at an agent");
        }
    }
}
