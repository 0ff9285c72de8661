using NodeBox.Llama.Chat;

namespace NodeBox.Training.Domain;

/// <summary>The settings that dialogues happen in: the testbed's own, and others, so that a model reads what it is given.</summary>
/// <param name="Prompts">The agents' system prompts by name, as the agents send them.</param>
internal sealed record Settings(IReadOnlyDictionary<string, string> Prompts)
{
    /// <summary>A greatest id that tools take. Training draws this one and the next, so that a model reads either.</summary>
    public const long MaxId = int.MaxValue;

    /// <summary>The greatest id that the testbed's db tools take: twelve digits.</summary>
    public const long MaxLongId = 999_999_999_999;

    private static readonly string[] s_agents = ["agent-a", "agent-b"];

    /// <exception cref="IOException">A prompt cannot be read.</exception>
    public static Settings Read(string directory) =>
        new(s_agents.ToDictionary(static agent => agent, agent => File.ReadAllText(Path.Combine(directory, $"{agent}.md"))));

    /// <summary>An agent with all that the testbed offers it.</summary>
    public Setting Full(string agent, long maxId)
    {
        var setting = new Setting(agent, Prompts[agent], []);
        return setting with { Tools = ToolList.Of(setting.Peer, maxId) };
    }

    /// <summary>Mostly the testbed's own setting; else fewer tools, in another order.</summary>
    public Setting Draw(Draw draw)
    {
        Setting full = Full(draw.Pick(s_agents), draw.Pick([MaxId, MaxLongId]));
        if (!draw.OneIn(3))
        {
            return full;
        }

        var tools = full.Tools.Where(_ => !draw.OneIn(4)).ToList();
        for (int i = tools.Count - 1; i > 0; i--)
        {
            int other = draw.Next(i + 1);
            (tools[i], tools[other]) = (tools[other], tools[i]);
        }

        return full with { Tools = tools };
    }
}
