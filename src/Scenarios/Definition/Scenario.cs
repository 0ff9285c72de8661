using System.Security.Cryptography;
using NodeBox.Toml;

namespace NodeBox.Scenarios.Definition;

/// <summary>What tasks do and how they are started: one file of <c>scenarios/</c>.</summary>
/// <param name="File">The path it was read from.</param>
/// <param name="Sha256">The file's hash, lowercase hex.</param>
/// <param name="Name">Its name, which is the file's without <c>.toml</c>.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Entry">Where the driver sends a task: an agent, or <see cref="Baseline"/>.</param>
/// <param name="Connections">"pooled": tasks share connections at every node; "per_task": each opens its own.</param>
/// <param name="Decide">Who decides what agents do: <see cref="ByScript"/> or <see cref="ByModel"/>.</param>
/// <param name="Tasks">Tasks in one repetition.</param>
/// <param name="Concurrency">Tasks at once: as one ends, the next begins (a closed loop).</param>
/// <param name="Deadline">How long a task may take.</param>
/// <param name="AnswerMaxTokens">The longest answer of an agent, in tokens; 0 for the baseline, which has no model.</param>
/// <param name="Prompt">What an agent is asked; null for the baseline.</param>
/// <param name="Steps">
/// What the entry agent does, in order, before it answers, or where its model decides should do; none for the baseline.
/// </param>
/// <param name="Request">What the baseline's gateway is sent; null for agents.</param>
public sealed record Scenario(
    string File,
    string Sha256,
    string Name,
    string Description,
    string Entry,
    string Connections,
    string Decide,
    int Tasks,
    int Concurrency,
    TimeSpan Deadline,
    int AnswerMaxTokens,
    Template? Prompt,
    IReadOnlyList<ScenarioStep> Steps,
    ArgumentTemplate? Request)
{
    /// <summary>The steps are sent along with a task, and agents take them.</summary>
    public const string ByScript = "script";

    /// <summary>Agents are not told the steps. A task is judged by them.</summary>
    public const string ByModel = "model";

    /// <summary>The entry without agents.</summary>
    public const string Baseline = "baseline";

    /// <summary>The first service of the baseline chain, the one that others call.</summary>
    public const string Gateway = "gateway";

    public static readonly IReadOnlyList<string> Deciders = [ByScript, ByModel];

    public static readonly IReadOnlyList<string> Agents = ["agent-a", "agent-b"];

    public bool IsBaseline => Entry == Baseline;

    public bool ModelDecides => !IsBaseline && Decide == ByModel;

    /// <summary>Where agents find their LLM: one of <see cref="Telemetry.Http.Backends"/>. The testbed says so, not the file.</summary>
    public string Backends { get; init; } = Telemetry.Http.Backends.Shared;

    /// <summary>
    /// What tells this scenario's figures from those of the same file under other settings, as in "pooled+model+separate". Scripts and the
    /// shared topology go without saying.
    /// </summary>
    public string Variant => string.Join('+', VariantParts());

    /// <exception cref="TomlException">The file cannot be read or is not a scenario; it carries every error with its line.</exception>
    public static Scenario Load(string path)
    {
        TomlDocument document = TomlDocument.Load(path);
        using FileStream bytes = System.IO.File.OpenRead(path);
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var errors = new TomlErrors();
        Scenario scenario = ScenarioReader.Read(document, sha256, errors);
        errors.ThrowIfAny();
        return scenario;
    }

    private IEnumerable<string> VariantParts()
    {
        yield return Connections;
        if (ModelDecides)
        {
            yield return ByModel;
        }

        if (!IsBaseline && Backends == Telemetry.Http.Backends.Separate)
        {
            yield return Backends;
        }
    }
}
