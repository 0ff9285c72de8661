using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;
using NodeBox.Store;

namespace NodeBox.Analysis;

/// <summary>One run's folder, opened for reading: its manifest, its tables by SQL, and the values of each metric. Not thread-safe.</summary>
public sealed class RunFolder : IDisposable
{
    private readonly Database _database;
    private readonly Connection _connection;
    private readonly Dictionary<(string Scenario, string Metric), Sample> _samples = [];

    private RunFolder(string path, Manifest manifest, Database database)
    {
        Path = path;
        Manifest = manifest;
        _database = database;
        _connection = database.Connect();
    }

    public string Path { get; }

    public Manifest Manifest { get; }

    /// <summary>What is compared, the baseline first: scenarios, or <c>scenario/variant</c> where a scenario ran in several variants.</summary>
    public IReadOnlyList<string> Scenarios { get; private set; } = [];

    /// <summary>Whether any node measured flows and any flow was seen. If not, metrics of flows are absent and never zero.</summary>
    public bool FlowsMeasured { get; private set; }

    /// <summary>What a reader must know before trusting the figures: nodes that did not measure flows, a run cut short.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Reads the manifest, checks that every table is there with its columns, and computes the samples.</summary>
    /// <exception cref="RunFolderException">The folder or a file is missing or broken, or the run has no tasks.</exception>
    public static RunFolder Open(string path)
    {
        Manifest manifest = Manifest.Read(System.IO.Path.Combine(path, "manifest.json"));
        RunFolder folder = new(path, manifest, Database.Open(null));
        try
        {
            folder.Load();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The values of a metric in a scenario, or null where there are none.</summary>
    public Sample? Sample(string scenario, Metric metric) => _samples.GetValueOrDefault((scenario, metric.Key));

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    /// <summary>Runs SQL over the views tasks, spans, flows, slices, retransmits and those of <see cref="Views"/>.</summary>
    /// <exception cref="RunFolderException">The statement failed, for example because a column has another type than in the contract.</exception>
    internal Result Query(string sql, params ReadOnlySpan<object?> parameters)
    {
        try
        {
            return _connection.Query(sql, parameters);
        }
        catch (DuckDbException e)
        {
            throw new RunFolderException($"{Path}: {e.Message}", e);
        }
    }

    private void Load()
    {
        foreach (Table table in Tables.All)
        {
            OpenTable(table);
        }

        foreach (string statement in Views.Statements)
        {
            Query(statement);
        }

        Scenarios = OrderedSeries();
        if (Scenarios.Count == 0)
        {
            throw new RunFolderException($"{File("tasks")}: holds no task, so there is nothing to analyse; logs/ may say why none ran");
        }

        bool anyFlow = Query("SELECT count(*) FROM flows").Single().Long(0) > 0;
        FlowsMeasured = anyFlow && Manifest.Nodes!.Values.Any(node => node.MeasuresFlows);
        Notes = [.. NotesOf(Manifest, anyFlow)];
        LoadSamples();
    }

    /// <summary>The baseline first, then as the manifest lists the scenarios, then by the first task.</summary>
    private string[] OrderedSeries()
    {
        List<string?> listed = ["baseline", .. (Manifest.Scenarios ?? []).Select(scenario => scenario.Name)];
        return
        [
            .. Query(Views.Series)
                .OrderBy(row => listed.IndexOf(row.String("scenario")) is var at and >= 0 ? at : int.MaxValue)
                .Select(row => row.String("series")),
        ];
    }

    private void OpenTable(Table table)
    {
        string file = File(table.Name);
        if (!System.IO.File.Exists(file))
        {
            string reason = Manifest.IncompleteReason is { } known ? $": {known}" : "";
            throw new RunFolderException($"{file}: is missing, so {Path} is no complete run folder{reason}");
        }

        try
        {
            Parquet.CreateView(_connection, table.Name, file);
            _connection.Query($"SELECT {table.ColumnList} FROM {table.Name} LIMIT 0");
        }
        catch (DuckDbException e)
        {
            throw new RunFolderException($"{file}: cannot be read as the table {table.Name}: {e.Message}", e);
        }
    }

    private void LoadSamples()
    {
        foreach (Metric metric in Metric.All.Where(metric => FlowsMeasured || metric.Per == Observation.Task))
        {
            foreach (IGrouping<string, double> values in Query(Views.Values(metric)).GroupBy(row => row.String(0), row => row.Double(1)))
            {
                _samples[(values.Key, metric.Key)] = new Sample(values);
            }
        }
    }

    private static IEnumerable<string> NotesOf(Manifest manifest, bool anyFlow)
    {
        if (manifest.Complete == false)
        {
            yield return $"The run is incomplete: {manifest.IncompleteReason ?? "no reason recorded"}";
        }

        foreach ((string name, ManifestNode node) in manifest.Nodes!.Where(node => !node.Value.MeasuresFlows))
        {
            yield return $"Flows were not measured on {name}: {node.RungReason ?? "no reason recorded"}";
        }

        if (!anyFlow && manifest.Nodes!.Values.Any(node => node.MeasuresFlows))
        {
            yield return "Flows were not measured: flows.parquet holds none, although the manifest names probes.";
        }
    }

    private string File(string table) => System.IO.Path.Combine(Path, $"{table}.parquet");
}
