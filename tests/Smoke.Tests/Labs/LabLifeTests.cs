using System.Text.Json;

namespace NodeBox.Smoke.Tests.Labs;

/// <summary>A lab's orderly life: up, status, exec, down.</summary>
public sealed class LabLifeTests
{
    [Fact]
    public async Task Comes_up_is_there_and_goes_without_a_trace()
    {
        await using Testbed testbed = Testbed.InLab();
        await testbed.MakeModelAsync();
        Outcome up = (await testbed.RunAsync("lab", "up")).Expect(0);
        Assert.Contains(up.Errors, line => line == $"{testbed.Name}: 4 of 4 nodes ready");
        Assert.Contains(up.Out, line => line.Contains($"nb-{testbed.Name}-n1"));

        JsonElement status = await testbed.LabStatusAsync();
        Assert.Equal("up", status.GetProperty("status").GetString());
        Assert.All(status.GetProperty("nodes").EnumerateArray(), static node => Assert.True(node.GetProperty("ready").GetBoolean()));
        Assert.Contains((await testbed.RunAsync("lab", "status")).Out, line => line == $"{testbed.Name}: up");

        BpfObjects objects = BpfObjects.Of((await testbed.NodePidsAsync()).Values);
        Outcome hosts = (await testbed.RunAsync("lab", "exec", "n1", "--", "cat", "/etc/hosts")).Expect(0);
        Assert.Contains("10.77.0.4 n4", hosts.Out);
        (await testbed.RunAsync("lab", "exec", "n2", "--", "sh", "-c", "exit 7")).Expect(7);
        Outcome absent = (await testbed.RunAsync("lab", "exec", "n9", "--", "true")).Expect(2);
        Assert.Contains("no node n9", Assert.Single(absent.Errors));

        Outcome again = (await testbed.RunAsync("lab", "up")).Expect(4);
        Assert.Contains("is up already", Assert.Single(again.Errors));

        Outcome down = (await testbed.RunAsync("lab", "down")).Expect(0);
        Assert.Equal([$"{testbed.Name} is down"], down.Out);
        await testbed.NothingIsLeftAsync(objects);
        Assert.False(Directory.Exists($"/run/nodebox/labs/{testbed.Name}"));
        Assert.Equal(JsonValueKind.Undefined, (await testbed.LabStatusAsync()).ValueKind);
        Assert.Equal([$"no lab {testbed.Name} is up"], (await testbed.RunAsync("lab", "down")).Expect(0).Out);
    }

    [Fact]
    public async Task A_node_that_cannot_start_is_why_the_lab_is_not_up()
    {
        await using Testbed testbed = Testbed.InLab();
        Outcome up = (await testbed.RunAsync("lab", "up")).Expect(4);
        string errors = string.Join('\n', up.Errors);
        Assert.Contains("nodebox: node n3 exited with code 3", errors);
        Assert.Contains("Make one with 'nodebox model make", errors);
        Assert.Empty(Leftovers.Of(testbed.Name, testbed.Folder));

        Outcome status = await testbed.RunAsync("lab", "status");
        Assert.Contains(status.Out, line => line.StartsWith($"{testbed.Name}: failed: node n3 exited with code 3"));
    }
}
