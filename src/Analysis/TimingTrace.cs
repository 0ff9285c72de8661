using NodeBox.Store;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Analysis;

/// <summary>When the tokens of a run's replies came, as a file that <c>engine = "timed"</c> replays: a line of JSON for each reply.</summary>
public static class TimingTrace
{
    public const string FileName = "llm-timing.jsonl";

    private static readonly string s_replies =
        $"""
        SELECT CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, '$."{SemanticConventions.LlmTiming}"') END AS timing
        FROM spans WHERE timing IS NOT NULL ORDER BY begin_ns, span_id
        """;

    /// <summary>
    /// Writes the file into the run's folder, in the order in which the requests came, to whichever node; none where no reply was timed.
    /// </summary>
    /// <returns>How many replies it has.</returns>
    /// <exception cref="RunFolderException">The spans cannot be read.</exception>
    public static int Write(RunFolder folder)
    {
        string[] replies = [.. folder.Query(s_replies).Select(static row => row.String("timing"))];
        if (replies.Length > 0)
        {
            File.WriteAllLines(Path.Combine(folder.Path, FileName), replies);
        }

        return replies.Length;
    }
}
