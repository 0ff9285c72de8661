using System.Text.Json.Nodes;
using NodeBox.Analysis.Checks;

namespace NodeBox.Analysis.Tests;

public sealed class RunFolderTests
{
    [Theory]
    [InlineData("manifest.json")]
    [InlineData("tasks.parquet")]
    [InlineData("spans.parquet")]
    [InlineData("flows.parquet")]
    [InlineData("slices.parquet")]
    [InlineData("retransmits.parquet")]
    public void Names_a_missing_file(string file)
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Write();
        File.Delete(builder.FileOf(file));

        Assert.Contains(builder.FileOf(file), OpenFails(builder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_why_the_run_was_cut_short_where_that_left_no_tables()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Manifest["complete"] = false;
        builder.Manifest["incomplete_reason"] = "the collector did not deliver the run";
        builder.Write();
        File.Delete(builder.FileOf("tasks.parquet"));

        string message = OpenFails(builder).Message;
        Assert.EndsWith("The run is incomplete: the collector did not deliver the run", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest.json", 0)]
    [InlineData("manifest.json", 40)]
    [InlineData("tasks.parquet", 0)]
    [InlineData("flows.parquet", 100)]
    public void Names_a_truncated_file(string file, int length)
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Write();
        File.WriteAllBytes(builder.FileOf(file), File.ReadAllBytes(builder.FileOf(file))[..length]);

        Assert.Contains(builder.FileOf(file), OpenFails(builder).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"run_id": "x"}""")]
    [InlineData("""{"run_id": "x", "nodes": 3}""")]
    [InlineData("""{"run_id": "x", "nodes": {"n1": null}}""")]
    [InlineData("""{"run_id": "x", "nodes": {"n1": {"ledger": {"flow": {"seen": "many"}}}}}""")]
    public void Names_a_manifest_that_is_none(string text)
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Write();
        File.WriteAllText(builder.FileOf("manifest.json"), text);

        Assert.Contains(builder.FileOf("manifest.json"), OpenFails(builder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_another_kind_is_named()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Write();
        File.Copy(builder.FileOf("tasks.parquet"), builder.FileOf("flows.parquet"), overwrite: true);

        Assert.Contains(builder.FileOf("flows.parquet"), OpenFails(builder).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_tasks_is_refused()
    {
        using RunFolderBuilder builder = new();
        builder.Write();

        string message = OpenFails(builder).Message;
        Assert.StartsWith(builder.FileOf("tasks.parquet"), message, StringComparison.Ordinal);
        Assert.Contains("holds no task", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_without_any_node_opens()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        builder.Manifest["nodes"] = new JsonObject();
        using RunFolder folder = builder.Open();

        Assert.False(folder.FlowsMeasured);
        Assert.NotEmpty(Completeness.Check(folder));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        RunFolderException refused = Assert.Throws<RunFolderException>(() => RunFolder.Open("/nowhere"));
        Assert.Contains("/nowhere/manifest.json", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_give_an_error_or_a_folder_and_nothing_else()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        Random random = new(3);
        builder.Exchange(40001, 1, "t1", "s1", "tool", 100, 1000, $"rtt_us = {RunFolderBuilder.Histogram("us", (100, 2), (200, 3))}");
        builder.Write();
        string[] files = ["manifest.json", "tasks.parquet", "spans.parquet", "flows.parquet", "slices.parquet"];
        for (int round = 0; round < 40; round++)
        {
            string path = builder.FileOf(files[round % files.Length]);
            byte[] whole = File.ReadAllBytes(path);
            byte[] damaged = [.. whole];
            for (int i = 0; i < 4; i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, damaged);
            OpenOrRefuse(builder.Path);
            File.WriteAllBytes(path, whole);
        }
    }

    private static void OpenOrRefuse(string path)
    {
        try
        {
            using RunFolder folder = RunFolder.Open(path);
            Summary.Of(folder);
            Completeness.Check(folder);
        }
        catch (RunFolderException)
        {
        }
    }

    private static RunFolderException OpenFails(RunFolderBuilder builder) =>
        Assert.Throws<RunFolderException>(() => RunFolder.Open(builder.Path));
}
