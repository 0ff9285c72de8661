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
    /// <param name="nodes">More of the table [roles.llm], whose model is testbed.gguf, and the tables from [nodes] on.</param>
    /// <param name="collector">The node that telemetry is pushed to.</param>
    /// <param name="model">What testbed.gguf is a copy of; null makes a random one.</param>
    public static async Task<Nodes> StartAsync(string[] names, string collector, string nodes, string? model = null)
    {
        var started = new Nodes();
        try
        {
            await started.StartAsync(names, $"""
                [testbed]
                name = "interop"
                collector = "{collector}"
                insecure = true
                # Texts that do not depend on what other tests ask at the same time, or asked before.
                [roles.llm]
                model = "testbed.gguf"
                cached_prompts = 0
                {nodes}
                """, model);
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

    private async Task StartAsync(string[] names, string rolesToml, string? model)
    {
        string testbed = Path.Combine(_folder, "testbed.gguf");
        if (model is null)
        {
            await Published.RunAsync("model", "make", "--seed", "1", "--out", testbed);
        }
        else
        {
            File.Copy(model, testbed);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "roles.toml"), rolesToml);
        _running.AddRange(names.Select(name => NodeProcess.Start(_folder, name)));
        foreach (NodeProcess node in _running)
        {
            await node.WaitReadyAsync();
        }
    }
}
