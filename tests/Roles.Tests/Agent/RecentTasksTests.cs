using NodeBox.A2A;
using NodeBox.Roles.Agent;

namespace NodeBox.Roles.Tests.Agent;

public sealed class RecentTasksTests
{
    [Fact]
    public void Forget_the_oldest()
    {
        var recent = new RecentTasks(2);
        foreach (string id in new[] { "1", "2", "3" })
        {
            recent.Add(new AgentTask(id, new AgentTaskStatus(TaskState.Completed)));
        }

        Assert.Null(recent.Find("1"));
        Assert.Equal("2", recent.Find("2")!.Id);
        Assert.Equal("3", recent.Find("3")!.Id);
    }
}
