using NodeBox.Analysis.Checks;
using NodeBox.Analysis.Metrics;
using NodeBox.Analysis.Statistics;
using NodeBox.Store;

namespace NodeBox.Analysis;

/// <summary>
/// One run's folder, opened for reading: its manifest, its tables by SQL, and the values of each metric. Not thread-safe.
/// </summary>
public sealed class RunFolder : IDisposable
{
    private readonly Database _database;
    private readonly Connection _connection;

    private RunFolder(string path, Manifest manifest, Database database)
    {
        Path = path;
        Manifest = manifest;
        _database = database;
        _connection = database.Connect();
        Values = new MetricValues();
    }

    public string Path { get; }

    public Manifest Manifest { get; }

    /// <summary>
    /// What is compared, the baseline first: scenarios, or <c>scenario/variant</c> where a scenario ran in several variants.
    /// </summary>
    public IReadOnlyList<string> Scenarios { get; private set; } = [];

    /// <summary>Whether any node measured flows and any flow was seen. If not, metrics of flows are absent and never zero.</summary>
    public bool FlowsMeasured { get; private set; }

    /// <summary>Whether flows were cut into slices, so that calls can be told apart.</summary>
    public bool SlicesMeasured { get; private set; }

    /// <summary>
    /// Whether it is known which task did what to the network: by slices or, in folders from before them, because each task had its own
    /// connections. If not, the metrics of tasks' traffic are absent.
    /// </summary>
    public bool TrafficMeasured => FlowsMeasured && (SlicesMeasured || Manifest.Connections != "pooled");

    /// <summary>What a reader must know before trusting the figures.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>What was lost on the way into the folder: a sentence a loss.</summary>
    internal IReadOnlyList<string> Lost { get; private set; } = [];

    /// <summary>The values of each metric.</summary>
    internal MetricValues Values { get; private set; }

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

    /// <summary>The values of a metric in a scenario, or null where there are none or they are known by bucket only.</summary>
    public Sample? Sample(string scenario, Metric metric) => Values.Sample(scenario, metric);

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    /// <summary>Runs SQL over the views tasks, spans, flows, slices, retransmits, packets and those of <see cref="Views"/>.</summary>
    /// <exception cref="RunFolderException">
    /// The statement failed, for example because a column has another type than in the contract.
    /// </exception>
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
        RunTables.Open(_connection, Path, WhyIncomplete(""));
        Query(Views.MeasuringNodes, string.Join(',', Manifest.Nodes!.Where(node => node.Value.MeasuresFlows).Select(node => node.Key)));
        long clocksDiffer = 2 * Manifest.Nodes!.Values.Select(node => node.ClockBoundNs ?? 0).DefaultIfEmpty().Max();
        foreach (string statement in Views.Statements(clocksDiffer))
        {
            Query(statement);
        }

        Scenarios = OrderedSeries();
        if (Scenarios.Count == 0)
        {
            throw new RunFolderException(
                $"{RunTables.FileOf(Path, Tables.Tasks)}: holds no task, so there is nothing to analyse"
                + WhyIncomplete("; logs/ may say why none ran"));
        }

        FlowsMeasured = HoldsAny(Tables.Flows) && Manifest.Nodes!.Values.Any(node => node.MeasuresFlows);
        SlicesMeasured = FlowsMeasured && HoldsAny(Tables.Slices);
        Lost = [.. Losses.Of(this)];
        Notes = [.. Absences.Of(this), .. Lost.Select(loss => $"Lost: {loss}.")];
        Values = MetricValues.Of(this);
    }

    private bool HoldsAny(Table table) => Query($"SELECT count(*) FROM {table.Name}").Single().Long(0) > 0;

    /// <summary>The baseline first, then as the manifest lists the scenarios, then as <see cref="Views.Series"/>.</summary>
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

    /// <summary>A run that was cut short says itself why its tables are not there.</summary>
    private string WhyIncomplete(string otherwise) =>
        Manifest.WhyIncomplete is { } reason ? $". The run is incomplete: {reason}" : otherwise;
}
