namespace NodeBox.Smoke.Tests;

/// <summary>
/// All nodes of a testbed on loopback addresses, each a process of this machine. Disposing them stops them, and fails if one does not stop
/// well.
/// </summary>
internal sealed class LoopbackNodes : IAsyncDisposable
{
    private readonly Dictionary<string, Invocation> _nodes;

    private LoopbackNodes(Dictionary<string, Invocation> nodes) => _nodes = nodes;

    /// <summary>Starts the nodes and waits until they are ready.</summary>
    /// <param name="testbed">Whose roles.toml they get.</param>
    /// <param name="prefix">A command that runs the program, or nothing.</param>
    public static async Task<LoopbackNodes> StartAsync(Testbed testbed, params IReadOnlyList<string> prefix)
    {
        string[] names = ["n4", "n3", "n2", "n1"];
        var nodes = new LoopbackNodes(names.ToDictionary(static name => name, name => testbed.StartNode(name, prefix)));
        try
        {
            await nodes.AllSayAsync("is ready on");
            return nodes;
        }
        catch
        {
            nodes.EndAll();
            throw;
        }
    }

    /// <summary>Waits until each node has said <paramref name="text"/>.</summary>
    public Task AllSayAsync(string text) => Task.WhenAll(_nodes.Values.Select(node => node.SayAsync(text)));

    /// <summary>Kills a node, which is then no longer one of these.</summary>
    public async Task KillAsync(string name)
    {
        Assert.True(_nodes.Remove(name, out Invocation? node));
        using (node)
        {
            Signals.Send(node.Pid, Signals.Kill);
            await node.EndAsync(Patience.ForProgress);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (Invocation node in _nodes.Values.Where(static node => !node.HasExited))
            {
                Signals.Send(node.Pid, Signals.Terminate);
            }

            Outcome[] outcomes = await Task.WhenAll(_nodes.Values.Select(static node => node.EndAsync(Patience.ForProgress)));
            Assert.All(outcomes, static outcome => outcome.Expect(0));
        }
        finally
        {
            EndAll();
        }
    }

    private void EndAll()
    {
        foreach (Invocation node in _nodes.Values)
        {
            node.Dispose();
        }
    }
}
