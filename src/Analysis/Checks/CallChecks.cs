using NodeBox.Store;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Analysis.Checks;

/// <summary>Whether every LLM, tool, agent and service call of every task is there, at both ends.</summary>
internal static class CallChecks
{
    // A client span is a call where it says which kind; discovery and other housekeeping say none.
    public const string Calls =
        $"""
        SELECT task_id, span_id, node, name, status,
            CASE WHEN json_valid(attributes) THEN json_extract_string(attributes, '$."{SemanticConventions.Call}"') END AS call
        FROM spans WHERE kind = 'client'
        """;

    public static Check CountsAgree(RunFolder folder)
    {
        const string Sql =
            $"""
            WITH calls AS ({Calls}),
            counted AS (
                SELECT task_id, count(*) FILTER (call = 'llm') AS llm, count(*) FILTER (call = 'tool') AS tool,
                    count(*) FILTER (call = 'agent') AS agent, count(*) FILTER (call = 'service') AS service
                FROM calls GROUP BY task_id)
            SELECT count(*) AS tasks, count(*) FILTER (wrong) AS wrong, min(task_id) FILTER (wrong) AS example
            FROM (
                SELECT task_id,
                    (llm, tool, agent, service) IS DISTINCT FROM (llm_calls, tool_calls, agent_messages, service_calls) AS wrong
                FROM tasks LEFT JOIN counted USING (task_id))
            """;
        Row row = folder.Query(Sql).Single();
        string tasks = $"{row.Long("tasks")} tasks";
        return Check.Of(
            "Each task has client spans, as many of each kind as it counts calls",
            row.Long("wrong") == 0,
            row.Long("wrong") == 0 ? tasks : $"{tasks}, {row.Long("wrong")} disagree, for example task {row.String("example")}");
    }

    public static Check BothEndsHaveSpans(RunFolder folder)
    {
        const string Name = "Every LLM, tool, agent and service call has a span at its server, in the same task";
        const string Sql =
            $"""
            WITH calls AS ({Calls}),
            served AS (SELECT DISTINCT task_id, parent_span_id AS span_id, true AS served FROM spans WHERE kind = 'server')
            SELECT call, count(*) AS calls, count(served) AS matched,
                min(name || ' on ' || node || ', task ' || task_id) FILTER (served IS NULL) AS example
            FROM calls SEMI JOIN tasks USING (task_id) LEFT JOIN served USING (task_id, span_id)
            WHERE call IS NOT NULL GROUP BY call ORDER BY call
            """;
        List<string> kinds = [];
        List<string> examples = [];
        foreach (Row row in folder.Query(Sql))
        {
            kinds.Add($"{row.String("call")} {row.Long("matched")} of {row.Long("calls")}");
            if (row.StringOrNull("example") is { } example)
            {
                examples.Add(example);
            }
        }

        if (kinds.Count == 0)
        {
            return Check.NotMeasured(Name, "spans.parquet holds no call");
        }

        string found = string.Join(", ", kinds);
        return Check.Of(
            Name, examples.Count == 0, examples.Count == 0 ? found : $"{found}; without a server span: {string.Join("; ", examples)}");
    }
}
