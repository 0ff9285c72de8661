using System.Text.Json;
using System.Text.Json.Nodes;
using NodeBox.Analysis.Checks;
using NodeBox.Store;

namespace NodeBox.Analysis.Tests;

/// <summary>Writes a run folder as the collector and the driver do, into a temporary directory that goes with the object.</summary>
internal sealed class RunFolderBuilder : IDisposable
{
    private static readonly IReadOnlyList<Table> s_tables = [.. Tables.All, Tables.Packets];

    // How many columns these tables had before there were slices.
    private static readonly Dictionary<string, int> s_beginnings = new() { ["flows"] = 26, ["slices"] = 22 };

    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;
    private readonly Dictionary<string, Appender> _appenders = [];

    public RunFolderBuilder()
    {
        _connection = _database.Connect();
        foreach (Table table in s_tables)
        {
            table.Create(_connection);
            _appenders[table.Name] = _connection.Append(table.Name);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("nodebox-analysis-").FullName;

    /// <summary>Whether the files lack the columns that came with slices.</summary>
    public bool OlderThanSlices { get; init; }

    /// <summary>Whether attributes of spans are plain text in the file, as another tool may write them, and need not be JSON.</summary>
    public bool HasPlainAttributes { get; init; }

    /// <summary>The manifest as it will be written: two nodes, one of them with a probe.</summary>
    public JsonObject Manifest { get; } = (JsonObject)JsonNode.Parse(
        """
        {
          "schema": 1, "run_id": "20260101T000000Z-abc123", "seed": 7, "command": "nodebox run-scenario", "complete": true,
          "scenarios": [{"name": "baseline", "file": "scenarios/baseline.toml", "sha256": "00", "tasks": 2, "concurrency": 1}],
          "versions": {"nodebox": "0.1.0"},
          "nodes": {
            "n1": {"role": "agent-a", "kernel": "6.18.0", "rung": "tp_btf", "congestion_control": "bbr", "exit": null, "clock_bound_ns": 0,
                   "cpu": {"busy": 0.1, "run_queue_delay_ms": 2.5},
                   "ledger": {"flow": {"seen": 10, "filtered": 2, "aggregated": 3, "emitted": 5, "dropped": 0, "missed": 0}}},
            "n2": {"role": "tools", "kernel": "6.18.0", "rung": "tp_btf", "congestion_control": "bbr", "exit": 0, "clock_bound_ns": 0}
          },
          "links": [{"from": "n1", "to": "n2", "asked": "none", "achieved": {"http_round_trip_us": 210}}]
        }
        """)!;

    /// <summary>One task that counts one tool call.</summary>
    public RunFolderBuilder Task(string id, string scenario, double milliseconds, string outcome = "success", string? variant = null)
    {
        const long Begin = 1_000_000_000;
        long end = Begin + (long)(milliseconds * 1e6);
        return Row("tasks", "run", 0L, scenario, variant, $"key-{id}", id, Begin, Begin, end, outcome, 0L, 1L, 0L, 0L);
    }

    /// <summary>The client span of a tool call on n1 and, unless told otherwise, the server span on n2.</summary>
    public RunFolderBuilder ToolCall(string task, string span, bool served = true)
    {
        const string Attributes = """{"nodebox.call":"tool"}""";
        Row("spans", "run", "n1", task, span, null, "execute_tool lookup", "client", "agent-a", "execute_tool", 1L, 2L, "ok", Attributes);
        return served
            ? Row("spans", "run", "n2", task, $"{span}-served", span, "POST /mcp", "server", "agent-a", null, 1L, 2L, "ok", null)
            : this;
    }

    /// <summary>Both ends of a connection from n1 to n2 that ended by FIN; bytes and segments as the client sees them.</summary>
    public RunFolderBuilder Connection(string task, long port, long up, long down, long upSegs = 1, long downSegs = 1, long rtt = 100) =>
        End(task, port, active: true, up, down, upSegs, downSegs, rtt).End(task, port, active: false, down, up, downSegs, upSegs, rtt);

    /// <summary>One end of a connection: the client's on n1 or the server's on n2.</summary>
    public RunFolderBuilder End(
        string? task,
        long port,
        bool active,
        long tx,
        long rx,
        long txSegs = 1,
        long rxSegs = 1,
        long? rtt = 100,
        string path = "link",
        long retrans = 0)
    {
        (string Address, long Port) client = ("10.77.0.1", port);
        (string Address, long Port) server = ("10.77.0.2", 7101);
        (string Address, long Port) local = active ? client : server;
        (string Address, long Port) remote = active ? server : client;
        string node = active ? "n1" : "n2";
        return Row(
            "flows", "run", $"{node}-{port}", node, 1L, active ? "active" : "passive", path,
            local.Address, local.Port, remote.Address, remote.Port, 1_000L, 2_000L, tx, rx,
            txSegs, rxSegs, retrans, rtt, rtt * 2, "bbr", "FIN", 1L, "nodebox", task, "agent-a", null);
    }

    public RunFolderBuilder Row(string table, params object?[] values)
    {
        Appender appender = _appenders[table];
        foreach (object? value in values)
        {
            switch (value)
            {
                case long number:
                    appender.Append(number);
                    break;
                case bool flag:
                    appender.Append(flag);
                    break;
                default:
                    appender.Append((string?)value);
                    break;
            }
        }

        for (int i = values.Length; i < s_tables.First(known => known.Name == table).Columns.Count; i++)
        {
            appender.AppendNull();
        }

        appender.EndRow();
        return this;
    }

    /// <summary>Both ends' slices of one exchange on the connection of <see cref="Connection"/>; bytes as the client sees them.</summary>
    /// <param name="port">The client's port.</param>
    /// <param name="slice">Its number.</param>
    /// <param name="task">Whose it is.</param>
    /// <param name="span">The client's span.</param>
    /// <param name="kind">What it was for.</param>
    /// <param name="up">Bytes that the client sent.</param>
    /// <param name="down">Bytes that it received.</param>
    /// <param name="client">More columns of the client's end, as in <c>ttfb_us = 7, shared = true</c>.</param>
    /// <param name="server">More columns of the server's end.</param>
    public RunFolderBuilder Exchange(
        long port, long slice, string? task, string? span, string kind, long up, long down, string client = "", string server = "") =>
        Slice("n1", port, slice, task, span, kind, up, down, client).Slice("n2", port, slice, task, span, kind, down, up, server);

    /// <summary>One end of an exchange, with a segment each way unless <paramref name="set"/> says otherwise.</summary>
    public RunFolderBuilder Slice(
        string node, long port, long slice, string? task, string? span, string kind, long tx, long rx, string set = "")
    {
        Row(
            "slices", "run", $"{node}-{port}", slice, node, task, span, "agent-a", kind, 1_000L, 2_000L,
            tx, rx, 1L, 1L, 0L, 0L, null, null, null, null, true, false);
        return set.Length > 0 ? Change(node, port, slice, set) : this;
    }

    /// <summary>Sets columns of one end's slice.</summary>
    public RunFolderBuilder Change(string node, long port, long slice, string set) =>
        Update("slices", set, $"flow_id = '{node}-{port}' AND slice = {slice}");

    /// <summary>Sets columns of one end's flow.</summary>
    public RunFolderBuilder ChangeFlow(string node, long port, string set) => Update("flows", set, $"flow_id = '{node}-{port}'");

    /// <summary>A histogram as SQL, of upper bounds and counts.</summary>
    public static string Histogram(string unit, params ReadOnlySpan<(long Bound, long Count)> buckets)
    {
        List<string> texts = [];
        foreach ((long bound, long count) in buckets)
        {
            texts.Add($"{{'le_{unit}': {bound}, 'count': {count}}}");
        }

        return $"[{string.Join(", ", texts)}]";
    }

    /// <summary>Writes the files and opens the folder.</summary>
    public RunFolder Open()
    {
        Write();
        return RunFolder.Open(Path);
    }

    /// <summary>Writes the files and checks the folder.</summary>
    public IReadOnlyList<Check> Checks()
    {
        using RunFolder folder = Open();
        return Completeness.Check(folder);
    }

    public void Write()
    {
        File.WriteAllText(FileOf("manifest.json"), Manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        foreach (Table table in s_tables)
        {
            _appenders[table.Name].Flush();
            bool wanted = table != Tables.Packets || _connection.Query("SELECT at_ns FROM packets").Count > 0;
            if (wanted)
            {
                string columns = OlderThanSlices && s_beginnings.TryGetValue(table.Name, out int beginning)
                    ? string.Join(", ", table.Columns.Take(beginning).Select(column => column.Name))
                    : table.ColumnList;
                columns = HasPlainAttributes ? columns.Replace("attributes", "CAST(attributes AS VARCHAR) AS attributes") : columns;
                Parquet.Export(_connection, $"SELECT {columns} FROM {table.Name}", FileOf($"{table.Name}.parquet"));
            }
        }
    }

    private RunFolderBuilder Update(string table, string set, string where)
    {
        _appenders[table].Flush();
        _connection.Execute($"UPDATE {table} SET {set} WHERE {where}");
        return this;
    }

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        foreach (Appender appender in _appenders.Values)
        {
            appender.Dispose();
        }

        _connection.Dispose();
        _database.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
