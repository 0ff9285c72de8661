using System.Collections.Concurrent;
using NodeBox.A2A;

namespace NodeBox.Roles.Agent;

/// <summary>The last finished tasks, so that GetTask can answer. Older ones are forgotten: memory stays bounded.</summary>
internal sealed class RecentTasks(int capacity)
{
    private readonly ConcurrentDictionary<string, AgentTask> _byId = new();
    private readonly ConcurrentQueue<string> _order = new();

    public void Add(AgentTask task)
    {
        _byId[task.Id] = task;
        _order.Enqueue(task.Id);
        while (_byId.Count > capacity && _order.TryDequeue(out string? oldest))
        {
            _byId.TryRemove(oldest, out _);
        }
    }

    public AgentTask? Find(string id) => _byId.GetValueOrDefault(id);
}
