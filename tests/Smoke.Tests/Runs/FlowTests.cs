namespace NodeBox.Smoke.Tests.Runs;

/// <summary>Every exchange between nodes is there at both ends, says the same at both, and belongs to a task's call.</summary>
[Collection(nameof(FinishedRun))]
public sealed class FlowTests(FinishedRun run)
{
    // The ports of roles' services; telemetry, control and the collector's own API belong to no task.
    private const string Exchanges =
        """
        SELECT slices.*, flows.* EXCLUDE (run_id, flow_id, node, task_id, span_id, agent_id, begin_ns, end_ns, tx_bytes, rx_bytes, tx_segs, rx_segs)
        FROM slices JOIN flows USING (flow_id)
        WHERE path = 'link' AND slices.kind <> 'connection'
            AND if(direction = 'active', remote_port, local_port) IN (7001, 7002, 7101, 7102, 7201, 7202, 7203, 7204, 8000)
        """;

    // Each end of an exchange between nodes with its other end. In a run of seconds no port is used again.
    private const string Ends =
        $"""
        SELECT here.*, there.flow_id AS other, there.node AS other_node, there.tx_bytes AS other_tx, there.rx_bytes AS other_rx,
            there.task_id AS other_task, there.kind AS other_kind, there.direction AS other_direction
        FROM ({Exchanges}) AS here LEFT JOIN ({Exchanges}) AS there
            ON here.local_addr = there.remote_addr AND here.local_port = there.remote_port
            AND here.remote_addr = there.local_addr AND here.remote_port = there.local_port AND here.span_id = there.span_id
        """;

    [Fact]
    public void Each_exchange_is_there_at_both_ends_with_the_same_payload()
    {
        SkipIfNotMeasured();
        Assert.NotEqual(0, CountEnds("true"));
        Assert.Equal(0, CountEnds("other IS NULL OR other_node = node OR other_direction = direction"));
        Assert.Equal(0, CountEnds("tx_bytes <> other_rx OR rx_bytes <> other_tx"));
        Assert.Equal(0, CountEnds("tx_bytes = 0 OR rx_bytes = 0 OR tx_segs = 0 OR rx_segs = 0"));
    }

    [Fact]
    public void Both_ends_have_the_same_task_and_kind()
    {
        SkipIfNotMeasured();
        Assert.Equal(0, CountEnds("task_id IS DISTINCT FROM other_task OR kind IS DISTINCT FROM other_kind"));
        Assert.Equal(0, CountEnds("task_id IS NULL OR task_id NOT IN (SELECT task_id FROM tasks)"));
    }

    [Fact]
    public void An_exchanges_call_is_a_client_span_of_its_task_at_the_end_that_connected()
    {
        SkipIfNotMeasured();
        const string Wrong =
            $"""
            SELECT count(*) FROM ({Exchanges}) AS slice
            WHERE direction = 'active' AND NOT EXISTS (SELECT 1 FROM spans WHERE spans.span_id = slice.span_id
                AND spans.task_id = slice.task_id AND spans.kind = 'client' AND spans.node = slice.node
                AND spans.agent_id IS NOT DISTINCT FROM slice.agent_id AND slice.begin_ns >= spans.begin_ns)
            """;
        Assert.Equal(0, run.Tables.Count(Wrong));
    }

    [Fact]
    public void Connections_carry_the_calls_of_several_tasks()
    {
        SkipIfNotMeasured();
        const string Most = "SELECT max(tasks) FROM (SELECT count(DISTINCT task_id) AS tasks FROM slices GROUP BY flow_id)";
        Assert.True(run.Tables.Count(Most) > 1);
    }

    [Fact]
    public void Telemetry_is_one_shared_slice_a_connection()
    {
        SkipIfNotMeasured();
        Assert.NotEqual(0, run.Tables.Count("SELECT count(*) FROM slices WHERE kind = 'telemetry'"));
        Assert.Equal(0, run.Tables.Count("SELECT count(*) FROM slices WHERE shared <> (kind = 'telemetry')"));
    }

    [Fact]
    public void Flows_have_what_the_kernel_knows()
    {
        SkipIfNotMeasured();
        const string Ours = "SELECT count(*) FROM flows WHERE path = 'link' AND flow_id IN (SELECT flow_id FROM slices)";
        Assert.NotEqual(0, run.Tables.Count(Ours));
        Assert.Equal(0, run.Tables.Count($"{Ours} AND (min_rtt_us IS NULL OR srtt_us IS NULL OR handshake_rtt_us IS NULL)"));
        Assert.Equal(0, run.Tables.Count($"{Ours} AND (congestion_control <> 'cubic' OR end_ns <= begin_ns OR netns = 0)"));
        Assert.Equal(4, run.Tables.Count("SELECT count(DISTINCT netns) FROM flows"));
        Assert.Equal(run.Tables.Count("SELECT count(*) FROM flows"), run.Tables.Count("SELECT count(DISTINCT flow_id) FROM flows"));
    }

    private long CountEnds(string condition) => run.Tables.Count($"SELECT count(*) FROM ({Ends}) WHERE {condition}");

    private static void SkipIfNotMeasured() => Assert.SkipUnless(BpfObjects.Loadable, "needs CAP_BPF");
}
