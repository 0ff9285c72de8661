using System.Text.Json.Nodes;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Analysis.Tests;

public sealed class TimingTraceTests
{
    [Fact]
    public void Replies_stand_in_the_order_of_their_requests_whichever_node_served_them()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        Reply(builder, "n2", "c", 30, """{"n":3}""");
        Reply(builder, "n1", "b", 20, """{"n":2}""");
        Reply(builder, "n2", "a", 10, """{"n":1}""");
        using RunFolder folder = builder.Open();

        Assert.Equal(3, TimingTrace.Write(folder));
        string[] expected = ["""{"n":1}""", """{"n":2}""", """{"n":3}"""];
        Assert.Equal(expected, File.ReadAllLines(builder.FileOf(TimingTrace.FileName)));
    }

    [Fact]
    public void A_folder_without_timed_replies_gets_no_file()
    {
        using RunFolderBuilder builder = SummaryTests.TwoScenarios();
        using RunFolder folder = builder.Open();

        Assert.Equal(0, TimingTrace.Write(folder));
        Assert.False(File.Exists(builder.FileOf(TimingTrace.FileName)));
    }

    [Fact]
    public void Broken_attributes_are_left_out_and_writing_again_replaces_the_file()
    {
        using RunFolderBuilder builder = new RunFolderBuilder { HasPlainAttributes = true }.Task("t1", "baseline", 10);
        Reply(builder, "n2", "a", 10, """{"n":1}""");
        builder.Row("spans", "run", "n2", "t1", "b", null, "chat", "server", "agent-a", "chat", 20L, 21L, "ok", "{broken");
        using RunFolder folder = builder.Open();
        File.WriteAllText(builder.FileOf(TimingTrace.FileName), "of another run\nand more\n");

        Assert.Equal(1, TimingTrace.Write(folder));
        Assert.Equal("{\"n\":1}\n", File.ReadAllText(builder.FileOf(TimingTrace.FileName)));
    }

    private static void Reply(RunFolderBuilder builder, string node, string span, long beginNs, string timing) => builder.Row(
        "spans", "run", node, "t1", span, null, "chat", "server", "agent-a", "chat", beginNs, beginNs + 1, "ok",
        new JsonObject { [SemanticConventions.LlmTiming] = timing }.ToJsonString());
}
