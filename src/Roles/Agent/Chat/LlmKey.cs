using System.Net.Http.Headers;

namespace NodeBox.Roles.Agent.Chat;

/// <summary>The key of a foreign LLM server. It goes into requests to that server, and no log, span or message shows it.</summary>
internal sealed class LlmKey
{
    /// <summary>The environment variable that OpenAI's own clients read.</summary>
    public const string Variable = "OPENAI_API_KEY";

    private readonly string _text;

    private LlmKey(string text) => _text = text;

    public AuthenticationHeaderValue Header => new("Bearer", _text);

    /// <summary>The key of the agent's LLM: that of its file, else for a foreign server that of the environment; null where there is none.</summary>
    /// <exception cref="IOException">The file cannot be read, or what it holds is no key.</exception>
    public static LlmKey? Of(AgentSettings settings)
    {
        if (settings.LlmKeyFile is { } file)
        {
            return Of(File.ReadAllText(file), $"llm_key_file {file}");
        }

        string? variable = settings.LlmIsForeign ? Environment.GetEnvironmentVariable(Variable) : null;
        return string.IsNullOrEmpty(variable) ? null : Of(variable, $"the environment's {Variable}");
    }

    public override string ToString() => "(hidden)";

    private static LlmKey Of(string text, string source)
    {
        string key = text.Trim();
        return key.Length > 0 && key.All(static character => character is > ' ' and < '\x7f')
            ? new LlmKey(key)
            : throw new IOException($"{source} holds no key: it must be one line of printable ASCII without spaces");
    }
}
