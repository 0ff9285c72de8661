using System.Net;
using NodeBox.Accounting.Tests.Comparing;
using NodeBox.Accounting.Tests.Networks;
using NodeBox.Accounting.Tests.Truth;
using NodeBox.Smoke.Tests;
using NodeBox.Smoke.Tests.Runs;

namespace NodeBox.Accounting.Tests.Runs;

/// <summary>A lab with a capture in each node's namespace, and lossy links where that is asked for.</summary>
internal sealed class CapturedLab : IAsyncDisposable
{
    // Every kind of call; the model, which takes most of the time, has few words to say.
    private const string Multihop =
        """
        [scenario]
        name = "agentic-multihop"
        entry = "agent-a"

        [workload]
        tasks = TASKS
        concurrency = TASKS
        deadline = "150s"
        answer_max_tokens = 2

        [prompt]
        text = "Order {order}?"

        [[steps]]
        delegate = "agent-b"
        text = "{order}"

          [[steps.steps]]
          tool = "db.lookup_order"
          arguments = { order_id = "{order}" }

        [[steps]]
        service = "gateway"
        arguments = { order_id = "{order}", item_id = "{item}", quantity = "{quantity}" }
        """;

    // While it runs nothing is lost: whatever was lost before has been sent again when the run ends and its tables are written.
    private const string Quiet =
        """
        [scenario]
        name = "baseline"
        entry = "baseline"

        [workload]
        tasks = 60
        concurrency = 1
        deadline = "150s"

        [request]
        arguments = { order_id = "{order}", item_id = "{item}", quantity = "{quantity}" }
        """;

    private static readonly string[] s_nodes = ["n1", "n2", "n3", "n4"];

    private readonly Testbed _testbed;
    private readonly Losses _losses;
    private readonly Dictionary<string, PacketCapture> _captures = [];

    private CapturedLab(Testbed testbed)
    {
        _testbed = testbed;
        _losses = new Losses(NamespaceOf("switch"));
    }

    /// <summary>Brings the lab up and begins to capture. Skips the test where that cannot be.</summary>
    /// <param name="offload">Whether interfaces take packets that are longer than the wire's.</param>
    public static async Task<CapturedLab> UpAsync(bool offload)
    {
        Tool.SkipUnlessPossible("tcpdump", "ethtool", "nft");
        var lab = new CapturedLab(Testbed.InLab());
        try
        {
            lab.BePatient();
            await lab._testbed.MakeModelAsync();
            (await lab._testbed.RunAsync("lab", "up")).Expect(0);
            foreach (string node in s_nodes)
            {
                NetworkNamespace place = lab.NamespaceOf(node);
                if (!offload)
                {
                    place.BeLikeAWire();
                    lab.NamespaceOf("switch").SetOffload(node, on: false);
                }

                int snapshotBytes = offload ? PacketCapture.LongSnapshotBytes : PacketCapture.UsualSnapshotBytes;
                lab._captures[node] = await PacketCapture.StartAsync(lab._testbed.Folder, place, snapshotBytes);
            }

            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs agentic-multihop with all tasks at once, and then a little of baseline.</summary>
    /// <param name="tasks">How many of agentic-multihop.</param>
    /// <param name="lossPercent">How probable it is that a packet of these is lost.</param>
    public async Task RunAsync(int tasks, int lossPercent)
    {
        _testbed.Write("scenarios/agentic-multihop.toml", Multihop.Replace("TASKS", $"{tasks}"));
        _testbed.Write("scenarios/baseline.toml", Quiet);
        if (lossPercent > 0)
        {
            _losses.DropAtRandom(lossPercent);
        }

        using Invocation run = _testbed.Start("lab", "exec", "n4", "--", Published.Binary, "run-scenario", "agentic-multihop", "baseline", "--json");
        await run.SayAsync("\"scenario\":\"baseline\"", Patience.ForRun);
        if (lossPercent > 0)
        {
            _losses.Stop();
        }

        (await run.EndAsync(Patience.ForRun)).Expect(0);
    }

    /// <summary>Ends the captures and compares the run with them.</summary>
    public async Task<Comparison> CompareAsync(Exactness exactness)
    {
        List<EndTruth> truth = [];
        foreach ((string node, PacketCapture capture) in _captures)
        {
            truth.AddRange(NodeTruth.Read(node, [IPAddress.Parse($"{_testbed.Network}.{node[1]}")], await capture.StopAsync()));
        }

        using var tables = new RunTables(_testbed.RunFolder());
        return Comparison.Of(truth, Records.Read(tables), exactness);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PacketCapture capture in _captures.Values)
        {
            capture.Dispose();
        }

        await _testbed.DisposeAsync();
    }

    // All tasks begin at once and wait for one model; how long, depends on the machine.
    private void BePatient() => _testbed.Reconfigure(
        "[roles.llm]",
        """
        [roles.agent-a]
        deadline = "150s"

        [roles.agent-b]
        deadline = "150s"

        [roles.llm]
        deadline = "150s"
        """);

    private NetworkNamespace NamespaceOf(string node) => new($"nb-{_testbed.Name}-{node}");
}
