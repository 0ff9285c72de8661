using System.Globalization;
using System.Net;
using System.Net.Http.Json;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>An llm node under more than it has room for, of every kind, right and wrong. `./dev soak` does it for two minutes.</summary>
public sealed class SoakTests
{
    private const string Node = "n3";
    private const string SecondsVariable = "NODEBOX_SOAK_SECONDS";
    private const int Clients = 16;
    private const int ShortSeconds = 10;
    private const double MostMb = 400;
    private const double MostGrowth = 1.25;

    [Fact]
    public async Task Every_request_is_accounted_for_and_nothing_stays_taken()
    {
        TimeSpan duration = TimeSpan.FromSeconds(double.Parse(
            Environment.GetEnvironmentVariable(SecondsVariable) ?? $"{ShortSeconds}", CultureInfo.InvariantCulture));
        await using Testbed testbed = Testbed.OnLoopback();
        await testbed.MakeModelAsync();
        testbed.Reconfigure("[roles.llm]\n", $"""
            [roles.llm]
            slots = 3
            queue_limit = 4
            context = {SoakRequest.Context}
            max_request_bytes = {SoakRequest.MostBytes}
            max_buffered_bytes = {4 * SoakRequest.MostBytes}

            """);
        using Invocation node = testbed.StartNode(Node);
        await node.SayAsync("is ready on");
        using var http = new HttpClient { BaseAddress = new Uri($"http://{testbed.Network}.3:8000") };
        var ledger = new SoakLedger();

        IReadOnlyList<double> memory = await SoakAsync(http.BaseAddress, testbed.Folder, ledger, duration);

        LlmCounters counters = await QuietAsync(http);
        TestContext.Current.TestOutputHelper?.WriteLine($"{ledger}\n{counters}\nresident MB: {string.Join(' ', memory.Select(static mb => $"{mb:F0}"))}");
        Assert.Empty(ledger.Wrong);
        AssertBalance(ledger, counters);
        AssertBounded(memory);
        var next = new { model = "testbed", prompt = "look up", max_tokens = 4 };
        using HttpResponseMessage answer = await http.PostAsJsonAsync("/v1/completions", next);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        Signals.Send(node.Pid, Signals.Terminate);
        Outcome outcome = (await node.EndAsync(Patience.ForProgress)).Expect(0);
        Assert.DoesNotContain(outcome.Errors, static line => line.StartsWith("error ", StringComparison.Ordinal) || line.StartsWith("critical ", StringComparison.Ordinal));
    }

    /// <summary>Lets the clients run. The result is the memory of the node and its children, in MB, at the end of each tenth of the time.</summary>
    private static async Task<IReadOnlyList<double>> SoakAsync(Uri node, string folder, SoakLedger ledger, TimeSpan duration)
    {
        const int Tenths = 10;
        using var end = new CancellationTokenSource(duration);
        var clients = Enumerable.Range(1, Clients).Select(seed => new SoakClient(node, seed, ledger)).ToList();
        Task running = Task.WhenAll(clients.Select(client => client.RunAsync(end.Token)));
        var memory = new List<double>();
        for (int i = 0; i < Tenths; i++)
        {
            await Task.WhenAny(Task.Delay(duration / Tenths), running);
            memory.Add(Leftovers.ResidentBytes(folder) / 1e6);
        }

        await running;
        clients.ForEach(static client => client.Dispose());
        return memory;
    }

    private static void AssertBalance(SoakLedger ledger, LlmCounters counters)
    {
        string all = $"{ledger}\n{counters}";
        Assert.True(ledger.Sent == ledger.Answered.Values.Sum() + ledger.Unanswered, all);

        // Of a request that its client gave up, the node may have seen anything: nothing, an end that came too late for the client, or 499.
        int seen = counters.Answered.Values.Sum();
        Assert.True(seen >= ledger.Answered.Values.Sum() && seen <= ledger.Sent, all);
        Assert.All(ledger.Answered, answered => Assert.InRange(
            counters.Answered.GetValueOrDefault(answered.Key), answered.Value, answered.Value + ledger.Unanswered));
        Assert.All(counters.Answered.Keys.Except(ledger.Answered.Keys), status => Assert.Contains(status, (int[])[499, 413]));

        // Every answer that is no success is a refusal with a code, and of each code that has a status of its own there are as many.
        int refused = counters.Answered.Where(static entry => entry.Key >= 400 && entry.Key != 499).Sum(static entry => entry.Value);
        Assert.True(counters.Rejected.Values.Sum() == refused, all);
        Assert.True(counters.Rejected["queue_full"] == counters.Answered[429], all);
        Assert.True(counters.Rejected["request_too_large"] == counters.Answered[413], all);

        // Only the outcomes of a life without trouble, and each kind of trouble was really made.
        Assert.All(counters.Generations.Keys, outcome => Assert.Contains(outcome, (string[])["stop", "length", "cancelled"]));
        Assert.All((string[])["length", "cancelled"], outcome => Assert.True(counters.Generations[outcome] > 0, all));
        Assert.All((int[])[200, 400, 404, 413, 429, 499], status => Assert.True(counters.Answered[status] > 0, all));
    }

    private static void AssertBounded(IReadOnlyList<double> memory)
    {
        double middle = memory.Skip(memory.Count / 3).Take(memory.Count / 3).Max();
        double last = memory.Skip(2 * memory.Count / 3).Max();
        string all = string.Join(' ', memory.Select(static mb => $"{mb:F0}"));
        Assert.True(memory.Max() < MostMb && last < middle * MostGrowth, $"the node grew: {all} MB");
    }

    /// <summary>The counters once nothing is served, and nothing that clients gave up is still being counted.</summary>
    private static async Task<LlmCounters> QuietAsync(HttpClient http)
    {
        DateTime until = DateTime.UtcNow + Patience.ForProgress;
        string before = "";
        while (true)
        {
            var counters = new LlmCounters(await http.GetStringAsync("/metrics"));
            if (counters.IsQuiet && counters.ToString() == before)
            {
                return counters;
            }

            Assert.True(DateTime.UtcNow < until, $"slots stay taken:\n{counters}");
            before = counters.ToString();
            await Task.Delay(TimeSpan.FromSeconds(0.5));
        }
    }
}
