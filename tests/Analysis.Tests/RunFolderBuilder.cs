using System.Text.Json;
using System.Text.Json.Nodes;
using NodeBox.Store;

namespace NodeBox.Analysis.Tests;

/// <summary>Writes a run folder as the collector and the driver do, into a temporary directory that goes with the object.</summary>
internal sealed class RunFolderBuilder : IDisposable
{
    private readonly Database _database = Database.Open(null);
    private readonly Connection _connection;
    private readonly Dictionary<string, Appender> _appenders = [];

    public RunFolderBuilder()
    {
        _connection = _database.Connect();
        foreach (Table table in Tables.All)
        {
            table.Create(_connection);
            _appenders[table.Name] = _connection.Append(table.Name);
        }
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("nodebox-analysis-").FullName;

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
        return Row("tasks", "run", 0L, scenario, variant, $"key-{id}", id, Begin, Begin, Begin + (long)(milliseconds * 1e6), outcome, 0L, 1L, 0L, 0L);
    }

    /// <summary>The client span of a tool call on n1 and, unless told otherwise, the server span on n2.</summary>
    public RunFolderBuilder ToolCall(string task, string span, bool served = true)
    {
        Row("spans", "run", "n1", task, span, null, "execute_tool lookup", "client", "agent-a", "execute_tool", 1L, 2L, "ok", """{"nodebox.call":"tool"}""");
        return served
            ? Row("spans", "run", "n2", task, $"{span}-served", span, "POST /mcp", "server", "agent-a", null, 1L, 2L, "ok", null)
            : this;
    }

    /// <summary>Both ends of a connection from n1 to n2 that ended by FIN; bytes and segments as the client sees them.</summary>
    public RunFolderBuilder Connection(string task, long port, long up, long down, long upSegs = 1, long downSegs = 1, long rtt = 100) =>
        End(task, port, active: true, up, down, upSegs, downSegs, rtt).End(task, port, active: false, down, up, downSegs, upSegs, rtt);

    /// <summary>One end of a connection: the client's on n1 or the server's on n2.</summary>
    public RunFolderBuilder End(
        string? task, long port, bool active, long tx, long rx, long txSegs = 1, long rxSegs = 1, long? rtt = 100, string path = "link", long retrans = 0)
    {
        (string Address, long Port) client = ("10.77.0.1", port);
        (string Address, long Port) server = ("10.77.0.2", 7101);
        (string Address, long Port) local = active ? client : server;
        (string Address, long Port) remote = active ? server : client;
        string node = active ? "n1" : "n2";
        return Row(
            "flows", "run", $"{node}-{port}", node, 1L, active ? "active" : "passive", path, local.Address, local.Port, remote.Address, remote.Port,
            1_000L, 2_000L, tx, rx, txSegs, rxSegs, retrans, rtt, rtt * 2, "bbr", "FIN", 1L, "nodebox", task, "agent-a", null);
    }

    public RunFolderBuilder Row(string table, params object?[] values)
    {
        Appender appender = _appenders[table];
        foreach (object? value in values)
        {
            if (value is long number)
            {
                appender.Append(number);
            }
            else
            {
                appender.Append((string?)value);
            }
        }

        appender.EndRow();
        return this;
    }

    /// <summary>Writes the files and opens the folder.</summary>
    public RunFolder Open()
    {
        Write();
        return RunFolder.Open(Path);
    }

    public void Write()
    {
        File.WriteAllText(FileOf("manifest.json"), Manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        foreach (Table table in Tables.All)
        {
            _appenders[table.Name].Flush();
            Parquet.Export(_connection, $"SELECT * FROM {table.Name}", FileOf($"{table.Name}.parquet"));
        }
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
