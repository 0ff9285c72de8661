namespace NodeBox.Smoke.Tests.Runs;

/// <summary>Every connection between nodes is there at both ends, says the same at both, and belongs to a task.</summary>
[Collection(nameof(FinishedRun))]
public sealed class FlowTests(FinishedRun run)
{
    // Flows of tasks between nodes that ended by FIN, each with the record of its other end. In a run of seconds no port is used again.
    private const string Ends =
        """
        SELECT here.*, there.flow_id AS other, there.node AS other_node, there.tx_bytes AS other_tx, there.rx_bytes AS other_rx,
            there.task_id AS other_task, there.span_id AS other_span, there.direction AS other_direction
        FROM flows AS here LEFT JOIN flows AS there
            ON here.local_addr = there.remote_addr AND here.local_port = there.remote_port
            AND here.remote_addr = there.local_addr AND here.remote_port = there.local_port
        WHERE here.path = 'link' AND here.close_reason = 'FIN' AND here.task_id IS NOT NULL
        """;

    [Fact]
    public void Each_flow_of_a_task_is_there_at_both_ends_with_the_same_payload()
    {
        SkipIfNotMeasured();

        // Each task has a connection for each peer of each caller: baseline 1, simple 3 and multihop 5 between nodes.
        Assert.Equal(2 * (1 + 3 + 5) * FinishedRun.Tasks * FinishedRun.Repetitions, CountEnds("true"));
        Assert.Equal(0, CountEnds("other IS NULL OR other_node = node OR other_direction = direction"));
        Assert.Equal(0, CountEnds("tx_bytes <> other_rx OR rx_bytes <> other_tx"));
        Assert.Equal(0, CountEnds("tx_bytes = 0 OR rx_bytes = 0 OR tx_segs = 0 OR rx_segs = 0"));
    }

    [Fact]
    public void Both_ends_have_the_same_task_and_call()
    {
        SkipIfNotMeasured();
        Assert.Equal(0, CountEnds("task_id IS DISTINCT FROM other_task OR span_id IS DISTINCT FROM other_span"));
        Assert.Equal(0, CountEnds("task_id NOT IN (SELECT task_id FROM tasks)"));
    }

    [Fact]
    public void A_flows_call_is_a_client_span_of_its_task_at_the_end_that_connected()
    {
        SkipIfNotMeasured();
        const string Attributed = $"SELECT * FROM ({Ends}) WHERE span_id IS NOT NULL AND direction = 'active'";
        Assert.NotEqual(0, run.Tables.Count($"SELECT count(*) FROM ({Attributed})"));
        const string Wrong =
            $"""
            SELECT count(*) FROM ({Attributed}) AS flow
            WHERE NOT EXISTS (SELECT 1 FROM spans WHERE spans.span_id = flow.span_id AND spans.task_id = flow.task_id
                AND spans.kind = 'client' AND spans.node = flow.node AND spans.agent_id IS NOT DISTINCT FROM flow.agent_id
                AND flow.begin_ns >= spans.begin_ns)
            """;
        Assert.Equal(0, run.Tables.Count(Wrong));
    }

    [Fact]
    public void No_flow_between_nodes_that_a_task_could_have_made_is_without_one()
    {
        SkipIfNotMeasured();

        // The ports of roles' services; telemetry, control and the collector's own API belong to no task.
        const string Untagged =
            """
            SELECT count(*) FROM flows
            WHERE path = 'link' AND task_id IS NULL AND direction = 'active'
                AND (remote_port BETWEEN 7001 AND 7204 OR remote_port = 8000)
            """;
        Assert.Equal(0, run.Tables.Count(Untagged));
    }

    [Fact]
    public void Flows_have_what_the_kernel_knows()
    {
        SkipIfNotMeasured();
        Assert.Equal(0, CountEnds("min_rtt_us IS NULL OR srtt_us IS NULL OR comm IS NULL OR pid IS NULL"));
        Assert.Equal(0, CountEnds("congestion_control <> 'cubic' OR end_ns <= begin_ns OR netns = 0"));
        Assert.Equal(4, run.Tables.Count("SELECT count(DISTINCT netns) FROM flows"));
        Assert.Equal(run.Tables.Count("SELECT count(*) FROM flows"), run.Tables.Count("SELECT count(DISTINCT flow_id) FROM flows"));
    }

    private long CountEnds(string condition) => run.Tables.Count($"SELECT count(*) FROM ({Ends}) WHERE {condition}");

    private static void SkipIfNotMeasured() => Assert.SkipUnless(BpfObjects.Loadable, "needs CAP_BPF");
}
