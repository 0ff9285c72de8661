using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace NodeBox.Smoke.Tests;

/// <summary>A node and the process of its model.</summary>
public sealed class ModelProcessTests
{
    private const string Node = "n3";

    [Theory]
    [InlineData(Signals.Abort, "SIGABRT")]
    [InlineData(Signals.Kill, "SIGKILL")]
    public async Task A_model_that_dies_takes_nothing_else_with_it(int signal, string name)
    {
        await using Testbed testbed = Testbed.OnLoopback();
        await testbed.MakeModelAsync();
        using Invocation node = testbed.StartNode(Node);
        await node.SayAsync("is ready on");
        using HttpClient http = ClientOf(testbed);
        int model = ModelOf(node);
        Assert.DoesNotContain("libllama", File.ReadAllText($"/proc/{node.Pid}/maps"));
        Assert.Contains("libllama", File.ReadAllText($"/proc/{model}/maps"));
        using HttpResponseMessage answer = await StreamAsync(http);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Contains("\"delta\"", await stream.ReadLineAsync());

        long killed = Stopwatch.GetTimestamp();
        await KillAsync(model, signal);

        string rest = await stream.ReadToEndAsync();
        JsonElement error = JsonDocument.Parse(rest.Trim().Split("data: ")[^1]).RootElement.GetProperty("error");
        Assert.Equal("engine_failed", error.GetProperty("code").GetString());
        Assert.Contains(name, error.GetProperty("message").GetString());
        await node.UntilAsync(() => IsReadyAsync(http).GetAwaiter().GetResult(), "its model is ready again");
        Console.WriteLine($"ready again {Stopwatch.GetElapsedTime(killed).TotalSeconds:0.0} s after {name}");
        Assert.Contains("nodebox_llm_engine_restarts_total{model=\"testbed\"} 1\n", await http.GetStringAsync("/metrics"));
        using HttpResponseMessage next = await http.PostAsJsonAsync("/v1/chat/completions", Request(4, stream: false));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);

        Signals.Send(node.Pid, Signals.Terminate);
        Outcome outcome = (await node.EndAsync(Patience.ForProgress)).Expect(0);

        // How long the start itself takes, depends on the machine.
        string failed = Assert.Single(outcome.Errors, static line => line.Contains("is started again in"));
        Assert.Contains($"its process {model} was ended by {name}", failed);
        Assert.EndsWith("it is started again in 0 s", failed);
        Assert.Contains(outcome.Errors, static line => line.Contains("serves again"));
    }

    [Fact]
    public async Task A_killed_node_leaves_no_model_behind()
    {
        await using Testbed testbed = Testbed.OnLoopback();
        await testbed.MakeModelAsync();
        using Invocation node = testbed.StartNode(Node);
        await node.SayAsync("is ready on");
        int model = ModelOf(node);
        using HttpClient http = ClientOf(testbed);
        using HttpResponseMessage answer = await StreamAsync(http);

        Signals.Send(node.Pid, Signals.Kill);

        await node.EndAsync(Patience.ForProgress);
        DateTime until = DateTime.UtcNow + Patience.ForProgress;
        while (Directory.Exists($"/proc/{model}") && DateTime.UtcNow < until)
        {
            await Task.Delay(20);
        }

        Assert.False(Directory.Exists($"/proc/{model}"), "the model's process is still there");
    }

    private static HttpClient ClientOf(Testbed testbed) => new() { BaseAddress = new Uri($"http://{testbed.Network}.3:8000") };

    private static async Task<HttpResponseMessage> StreamAsync(HttpClient http)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = JsonContent.Create(Request(8000, stream: true)),
        };
        HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static Dictionary<string, object> Request(int tokens, bool stream) => new()
    {
        ["model"] = "testbed",
        ["messages"] = new[] { new Dictionary<string, string> { ["role"] = "user", ["content"] = "hello" } },
        ["max_tokens"] = tokens,
        ["ignore_eos"] = true,
        ["stream"] = stream,
    };

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        using HttpResponseMessage answer = await http.GetAsync("/ready");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>The one child of a node: its parent stands fourth in /proc/PID/stat, after the name in parentheses.</summary>
    private static int ModelOf(Invocation node) => Assert.Single(
        Process.GetProcesses().Select(static process => process.Id),
        id => ParentOf(id) == node.Pid);

    private static int ParentOf(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // .NET's own handler takes the first SIGABRT that comes from outside and leaves the next to the kernel; abort() itself needs no second.
    private static async Task KillAsync(int id, int signal)
    {
        Signals.Send(id, signal);
        for (int i = 0; signal == Signals.Abort && i < 100 && ParentOf(id) != 0; i++)
        {
            Signals.Send(id, signal);
            await Task.Delay(5);
        }
    }
}
