namespace NodeBox.Smoke.Tests.Runs;

/// <summary>The tables have exactly the columns that programs of others rely on, in their order.</summary>
[Collection(nameof(FinishedRun))]
public sealed class ColumnTests(FinishedRun run)
{
    private const string Shape =
        "tx_seg_bytes:hb rx_seg_bytes:hb tx_burst_bytes:hb rx_burst_bytes:hb tx_burst_segs:hs rx_burst_segs:hs tx_burst_us:h rx_burst_us:h "
        + "tx_gap_us:h rx_gap_us:h ttfb_us:i longest_silence_us:i missing:l";

    [Theory]
    [InlineData(
        "tasks",
        "run_id:s rep:i scenario:s variant:s task_key:s task_id:s intended_begin_ns:i begin_ns:i end_ns:i outcome:s "
        + "llm_calls:i tool_calls:i agent_messages:i service_calls:i correct:b")]
    [InlineData(
        "spans",
        "run_id:s node:s task_id:s span_id:s parent_span_id:s name:s kind:s agent_id:s gen_ai_operation:s begin_ns:i end_ns:i "
        + "status:s attributes:json")]
    [InlineData(
        "flows",
        "run_id:s flow_id:s node:s netns:i direction:s path:s local_addr:s local_port:i remote_addr:s remote_port:i begin_ns:i end_ns:i "
        + "tx_bytes:i rx_bytes:i tx_segs:i rx_segs:i retrans_segs:i min_rtt_us:i srtt_us:i congestion_control:s close_reason:s "
        + "pid:i comm:s task_id:s agent_id:s span_id:s "
        + "retrans_bytes:i handshake_rtt_us:i zero_windows:i out_of_order_segs:i error:s rtt_us:h tx_bursts:i rx_bursts:i " + Shape)]
    [InlineData(
        "slices",
        "run_id:s flow_id:s slice:i node:s task_id:s span_id:s agent_id:s kind:s begin_ns:i end_ns:i tx_bytes:i rx_bytes:i "
        + "tx_segs:i rx_segs:i retrans_segs:i retrans_bytes:i rtt_us:h min_rtt_us:i tx_bursts:i rx_bursts:i segs_exact:b shared:b "
        + "srtt_us:i " + Shape)]
    [InlineData("retransmits", "run_id:s flow_id:s slice:i at_ns:i seq_begin:i seq_end:i bytes:i segs:i state:s")]
    public void Tables_have_exactly_their_columns(string table, string columns)
    {
        IEnumerable<string[]> expected = columns.Split(' ').Select(static column => column.Split(':'));
        Assert.Equal(expected.Select(static column => $"{column[0]} {TypeOf(column[1])}"), run.Tables.ColumnsOf(table));
    }

    [Fact]
    public void Slices_are_there_where_flows_are() =>
        Assert.Equal(BpfObjects.Loadable, run.Tables.Count("SELECT count(*) FROM slices") > 0);

    [Theory]
    [InlineData("tasks")]
    [InlineData("spans")]
    [InlineData("flows")]
    [InlineData("slices")]
    public void Rows_are_of_this_run(string table) =>
        Assert.Equal(0, run.Tables.Count($"SELECT count(*) FROM {table} WHERE run_id <> '{Path.GetFileName(run.Folder)}'"));

    private static string TypeOf(string letter) => letter switch
    {
        "s" => "VARCHAR",
        "i" => "BIGINT",
        "b" => "BOOLEAN",
        "json" => "JSON",
        "h" => "STRUCT(le_us BIGINT, count BIGINT)[]",
        "hb" => "STRUCT(le_bytes BIGINT, count BIGINT)[]",
        "hs" => "STRUCT(le_segs BIGINT, count BIGINT)[]",
        "l" => "VARCHAR[]",
        _ => throw new ArgumentOutOfRangeException(nameof(letter), letter, "no type"),
    };
}
