using NodeBox.Store;

namespace NodeBox.Smoke.Tests.Runs;

/// <summary>Every call of every task has a span at both ends, named by the conventions.</summary>
[Collection(nameof(FinishedRun))]
public sealed class SpanTests(FinishedRun run)
{
    // llm, tool, agent or service; null for what is no call of a task's plan, such as listing tools.
    private const string CallKind = """json_extract_string(attributes, '$."nodebox.call"')""";

    // Calls of the scenario files: an agent's decision per step and an answer at the end are LLM calls; the chain has four hops.
    [Theory]
    [InlineData("baseline", 0, 0, 0, 4)]
    [InlineData("agentic-simple", 2, 1, 1, 0)]
    [InlineData("agentic-multihop", 7, 2, 2, 8)]
    public void Each_task_has_the_calls_of_its_scenario(string scenario, int llm, int tool, int agent, int service)
    {
        const string Calls =
            $"""
            SELECT task_id,
                count(*) FILTER (call = 'llm') AS llm, count(*) FILTER (call = 'tool') AS tool,
                count(*) FILTER (call = 'agent') AS agent, count(*) FILTER (call = 'service') AS service
            FROM (SELECT task_id, {CallKind} AS call FROM spans WHERE kind = 'client') GROUP BY task_id
            """;
        Result tasks = run.Tables.Query($"SELECT * FROM tasks JOIN ({Calls}) USING (task_id) WHERE scenario = '{scenario}'");
        Assert.Equal(FinishedRun.Tasks * FinishedRun.Repetitions, tasks.Count);
        foreach (Row task in tasks)
        {
            Assert.Equal((llm, tool, agent, service), (task.Long("llm"), task.Long("tool"), task.Long("agent"), task.Long("service")));
            Assert.Equal(
                (llm, tool, agent, service),
                (task.Long("llm_calls"), task.Long("tool_calls"), task.Long("agent_messages"), task.Long("service_calls")));
        }
    }

    [Fact]
    public void Each_call_has_one_server_span_that_began_within_it()
    {
        const string Unserved =
            $"""
            SELECT count(*) FROM spans AS client
            WHERE kind = 'client' AND (SELECT count(*) FROM spans AS server
                WHERE server.kind = 'server' AND server.parent_span_id = client.span_id AND server.task_id = client.task_id
                    AND server.begin_ns BETWEEN client.begin_ns AND client.end_ns) = 0
                AND {CallKind} IS NOT NULL
            """;
        Assert.Equal(0, run.Tables.Count(Unserved));
    }

    [Theory]
    [InlineData("chat", "chat testbed", "llm")]
    [InlineData("execute_tool", "execute_tool lookup_order", "tool")]
    [InlineData("execute_tool", "execute_tool work", "tool")]
    [InlineData("invoke_agent", "invoke_agent agent-a", "agent")]
    [InlineData("invoke_agent", "invoke_agent agent-b", "agent")]
    public void Calls_are_named_by_the_gen_ai_conventions(string operation, string name, string call)
    {
        string so = $"kind = 'client' AND gen_ai_operation = '{operation}' AND name = '{name}' AND {CallKind} = '{call}'";
        Assert.NotEqual(0, run.Tables.Count($"SELECT count(*) FROM spans WHERE {so}"));
    }

    [Fact]
    public void Each_task_is_one_tree_of_spans()
    {
        const string Orphans =
            """
            SELECT count(*) FROM spans AS span SEMI JOIN tasks USING (task_id)
            WHERE parent_span_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM spans AS parent WHERE parent.task_id = span.task_id AND parent.span_id = span.parent_span_id)
            """;
        Assert.Equal(0, run.Tables.Count(Orphans));
        const string Roots = "SELECT task_id FROM spans SEMI JOIN tasks USING (task_id) WHERE parent_span_id IS NULL";
        Assert.Equal(FinishedRun.AllTasks, run.Tables.Count($"SELECT count(*) FROM ({Roots})"));
        Assert.Equal(FinishedRun.AllTasks, run.Tables.Count($"SELECT count(DISTINCT task_id) FROM ({Roots})"));
        Assert.Equal(run.Tables.Count("SELECT count(*) FROM spans"), run.Tables.Count("SELECT count(DISTINCT span_id) FROM spans"));
    }

    [Fact]
    public void An_agents_calls_carry_its_name()
    {
        const string Nameless =
            $"""
            SELECT count(*) FROM spans WHERE kind = 'client' AND {CallKind} IN ('llm', 'tool')
                AND agent_id IS DISTINCT FROM CASE node WHEN 'n1' THEN 'agent-a' WHEN 'n2' THEN 'agent-b' END
            """;
        Assert.Equal(0, run.Tables.Count(Nameless));
    }
}
