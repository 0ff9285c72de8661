namespace NodeBox.Lab.Tests;

/// <summary>Labs that come up and go down as they are told to.</summary>
public sealed class LabsTests
{
    [Fact]
    public async Task Up_status_and_down()
    {
        await using var lab = new TestLab();
        await using RunningLab running = await TestLab.UpAsync(TestLab.TwoNodes(lab.Name));

        LabState state = Labs.Status(lab.Name)!;
        Assert.Equal(LabStatus.Up, state.Status);
        Assert.Equal("cubic", state.CongestionControl);
        Assert.Null(state.Reason);
        Assert.All(state.Nodes, node => Assert.True(node.Ready));
        Assert.All(state.Nodes, node => Assert.Equal("cat", File.ReadAllText($"/proc/{node.Pid}/comm").Trim()));
        Assert.Equal([$"nb-{lab.Name}-n1", $"nb-{lab.Name}-n2"], state.Nodes.Select(node => node.Namespace));
        Assert.Contains(Labs.All(), other => other.Name == lab.Name);

        LabState? before = await Labs.DownAsync(lab.Name);
        Assert.Equal(LabStatus.Up, before!.Status);
        Assert.Null(await running.Ended);
        Assert.Empty(lab.Remains());
        Assert.Null(Labs.Status(lab.Name));
        Assert.Null(await Labs.DownAsync(lab.Name));
    }
}
