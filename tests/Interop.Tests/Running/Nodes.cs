namespace NodeBox.Interop.Tests.Running;

/// <summary>Nodes of one roles.toml with a folder of their own, which goes with them.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nodebox-interop-").FullName;
    private readonly List<NodeProcess> _running = [];

    private Nodes()
    {
    }

    /// <param name="names">The nodes of the testbed that run, those first that are to be stopped last.</param>
    /// <param name="nodes">The tables of roles.toml from [nodes] on; a role llm finds its model in testbed.gguf.</param>
    /// <param name="collector">The node that telemetry is pushed to.</param>
    public static async Task<Nodes> StartAsync(string[] names, string collector, string nodes)
    {
        var started = new Nodes();
        try
        {
            await started.StartAsync(names, $"""
                [testbed]
                name = "interop"
                collector = "{collector}"
                insecure = true
                [roles.llm]
                model = "testbed.gguf"
                {nodes}
                """);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the nodes and fails where one did not end well or had something to complain about.</summary>
    public async ValueTask DisposeAsync()
    {
        var complaints = new List<string>();
        foreach (NodeProcess node in Enumerable.Reverse(_running))
        {
            using (node)
            {
                if (await node.StopAsync() is { } complaint)
                {
                    complaints.Add(complaint);
                }
            }
        }

        Directory.Delete(_folder, recursive: true);
        Assert.Empty(complaints);
    }

    private async Task StartAsync(string[] names, string rolesToml)
    {
        await Published.RunAsync("model", "make", "--seed", "1", "--out", Path.Combine(_folder, "testbed.gguf"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "roles.toml"), rolesToml);
        _running.AddRange(names.Select(name => NodeProcess.Start(_folder, name)));
        foreach (NodeProcess node in _running)
        {
            await node.WaitReadyAsync();
        }
    }
}
