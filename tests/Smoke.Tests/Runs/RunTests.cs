namespace NodeBox.Smoke.Tests.Runs;

/// <summary>What a run of the three scenarios in a lab prints, and the files for people that it leaves.</summary>
[Collection(nameof(FinishedRun))]
public sealed class RunTests(FinishedRun run)
{
    [Fact]
    public void Prints_the_comparison_and_where_the_report_is()
    {
        string text = string.Join('\n', run.Outcome.Out);
        Assert.Contains(
            $"{FinishedRun.AllTasks} of {FinishedRun.AllTasks} tasks succeeded. Report: {run.Folder}/report.html", text.Replace("\n", " "));
        Assert.Matches(@"│ Success \(%\) +│ +100 │ +100 │ +100 │", text);
        Assert.DoesNotContain("FAILS", text);

        // Neither stream is a terminal here.
        Assert.DoesNotContain('\u001b', text + string.Concat(run.Outcome.Errors));
    }

    [Fact]
    public void Leaves_nothing_of_the_lab() => Assert.Empty(Leftovers.Of(run.Testbed.Name, run.Testbed.Folder));

    [Fact]
    public void Same_seed_gives_the_same_tasks_in_every_scenario_and_repetition()
    {
        const string Sql = "SELECT string_agg(task_key, ' ' ORDER BY task_key) FROM tasks GROUP BY scenario, rep";
        string[] keys = [.. run.Tables.Query(Sql).Select(static row => row.String(0))];
        Assert.Equal(3 * FinishedRun.Repetitions, keys.Length);
        Assert.Single(keys.Distinct());
        Assert.Equal(FinishedRun.Tasks, keys[0].Split(' ').Distinct().Count());
    }

    [Fact]
    public void Every_task_succeeded_and_has_an_id_of_its_own()
    {
        const string Good =
            """
            SELECT count(*) FROM tasks
            WHERE outcome = 'success' AND intended_begin_ns <= begin_ns AND begin_ns < end_ns AND task_id SIMILAR TO '[0-9a-f]{32}'
            """;
        Assert.Equal(FinishedRun.AllTasks, run.Tables.Count(Good));
        Assert.Equal(FinishedRun.AllTasks, run.Tables.Count("SELECT count(DISTINCT task_id) FROM tasks"));
    }

    [Fact]
    public void Report_needs_no_other_file_and_no_network()
    {
        string html = File.ReadAllText(Path.Combine(run.Folder, "report.html"));
        Assert.StartsWith("<!DOCTYPE html>", html);
        Assert.EndsWith("</html>", html.TrimEnd());
        Assert.Contains(Path.GetFileName(run.Folder), html);
        Assert.All(FinishedRun.Scenarios, scenario => Assert.Contains(scenario, html));

        // Names of XML namespaces look like addresses and are none.
        Assert.DoesNotMatch(@"(src|href)\s*=\s*""(?!#|data:)", html);
        Assert.DoesNotMatch(@"url\((?!#|data:)|@import", html);
        Assert.DoesNotMatch(@"(?<!xmlns="")(?<!xmlns:\w+="")https?://(?!10\.77\.0\.)", html);
    }

    [Fact]
    public void Each_node_has_its_log()
    {
        FileInfo[] logs = new DirectoryInfo(Path.Combine(run.Folder, "logs")).GetFiles();
        Assert.Equal(["n1.log", "n2.log", "n3.log", "n4.log"], logs.Select(static log => log.Name).Order(StringComparer.Ordinal));
        Assert.All(logs, static log => Assert.NotEqual(0, log.Length));
    }
}
