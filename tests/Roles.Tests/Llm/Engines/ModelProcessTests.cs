using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Llama;
using NodeBox.Llama.Devices;
using NodeBox.Llama.Inference;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Tests.Llm.Engines;

public sealed class ModelProcessTests
{
    private const string Begin = """{"model":"testbed","messages":[{"role":"user","content":"hi"}],"ignore_eos":true,"max_tokens":8000""";

    [Fact]
    public async Task Fails_what_a_process_that_dies_was_doing_and_starts_it_again()
    {
        var log = new KeptLog();
        await using LlmServer server = await LlmServer.StartAsync(log: log);
        Task<IReadOnlyList<string>> stream = await server.BeginStreamAsync(Begin + ""","stream":true}""");
        Task<(HttpStatusCode Status, string? Retry, JsonElement Body)> whole = WholeAsync(server);
        await server.MetricsAsync(metrics => LlmServer.Value(metrics, "nodebox_llm_slots_active") == 2);

        Kill(server.EngineProcess);

        IReadOnlyList<string> events = await stream;
        Assert.Contains("\"engine_failed\"", events[^1]);
        Assert.Contains("SIGKILL", events[^1]);
        Assert.True(events.Count > 1, "the stream had begun");
        (HttpStatusCode status, string? retry, JsonElement body) = await whole;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("1", retry);
        Assert.Equal("engine_failed", body.GetProperty("error").GetProperty("code").GetString());

        await AssertServesAgainAsync(server);
        string metrics = await server.Http.GetStringAsync("/metrics");
        Assert.Equal(1, LlmServer.Value(metrics, "nodebox_llm_engine_restarts_total"));
        Assert.Equal(2, LlmServer.Value(metrics, "nodebox_llm_generations_total", "outcome=\"engine_failed\""));
        Assert.Contains(log.Lines, static line => line.Contains("the model testbed failed: its process") && line.Contains("SIGKILL"));
        AssertStartedAtOnce(log);
        Assert.Contains(log.Lines, static line => line.Contains("serves again"));
    }

    [Fact]
    public async Task Kills_a_process_that_hangs_and_starts_it_again()
    {
        var log = new KeptLog();
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { HangTimeout = TimeSpan.FromSeconds(6) }, log);
        int first = server.EngineProcess;
        Task<(HttpStatusCode Status, string? Retry, JsonElement Body)> whole = WholeAsync(server);
        await server.MetricsAsync(metrics => LlmServer.Value(metrics, "nodebox_llm_slots_active") == 1);

        using Process stop = Process.Start("kill", ["-STOP", $"{first}"]);

        (HttpStatusCode status, _, JsonElement body) = await whole;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(
            "was ended by SIGKILL after it had not moved for 6 s", body.GetProperty("error").GetProperty("message").GetString());
        await AssertServesAgainAsync(server);
        Assert.NotEqual(first, server.EngineProcess);
        AssertStartedAtOnce(log);
        Assert.Equal(1, LlmServer.Value(await server.Http.GetStringAsync("/metrics"), "nodebox_llm_engine_restarts_total"));
    }

    [Fact]
    public async Task Leaves_a_process_alone_that_has_nothing_to_do()
    {
        var limits = new ProcessLimits { HangTimeout = TimeSpan.FromSeconds(4) };
        await using ModelProcess model = await ModelProcess.StartAsync(
            "m", new EngineOptions(LlmServer.ModelPath), limits, Program.EngineProgram, NullLogger.Instance);

        await Task.Delay(1.5 * limits.HangTimeout);

        Assert.Equal(0, model.State.Restarts);
        Assert.True(model.State.IsReady);
    }

    [Fact]
    public async Task Says_what_computes_and_why_no_GPU_does()
    {
        var log = new KeptLog();
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings().With(static options => options with { Device = DeviceKind.Auto }), log);

        string line = Assert.Single(log.Lines, text => text.Contains("is computed by"));
        Assert.Contains("the processor", line);
        Assert.Contains("cuda13/libggml-cuda.so is not installed", line);
    }

    [Fact]
    public async Task Refuses_requests_while_the_process_starts_again()
    {
        using var held = new HeldRestart();
        await using LlmServer server = await LlmServer.StartAsync(program: held.Program);
        Kill(server.EngineProcess);
        await LlmServer.EventuallyAsync(async () => await StatusAsync(server, "/ready") == HttpStatusCode.ServiceUnavailable);

        (HttpStatusCode status, string? retry, JsonElement body) = await WholeAsync(server);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("1", retry);
        Assert.Contains("SIGKILL", body.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server, "/health"));
        held.Open();
        await AssertServesAgainAsync(server);
    }

    [Fact]
    public async Task Waits_longer_each_time_while_the_model_cannot_be_started_again()
    {
        string copy = Path.Combine(Directory.CreateTempSubdirectory("nodebox-model-").FullName, "m.gguf");
        File.Copy(LlmServer.ModelPath, copy);
        var log = new KeptLog();
        await using ModelProcess model = await ModelProcess.StartAsync("m", new EngineOptions(copy), new ProcessLimits(), Program.EngineProgram, log);
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);

        Kill(model.ProcessId);

        EngineState state = model.State;
        await LlmServer.EventuallyAsync(() => Task.FromResult((state = model.State).Restarts >= 3));
        Assert.Equal(TimeSpan.FromSeconds(Math.Pow(2, state.Restarts - 2)), state.Failure?.RetryAfter);
        Assert.Contains("m.gguf cannot be read", state.Failure!.Message);
    }

    [Theory]
    [InlineData("echo oops >&2; kill -ABRT $$", "was ended by SIGABRT; it last said: oops")]
    [InlineData("exit 7", "exited with 7")]
    [InlineData("echo nonsense; exec sleep 60", "after a reply that is none")]
    [InlineData("""read order; echo '{"is":"tokens","id":1,"tokens":[]}'; exec sleep 60""", "after a reply that is none")]
    public async Task A_process_that_fails_at_its_first_start_is_reported(string script, string why)
    {
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => ModelProcess.StartAsync(
            "m", new EngineOptions("some.gguf"), new ProcessLimits(), _ => new ProcessStartInfo("sh", ["-c", script]), NullLogger.Instance));

        Assert.Contains("The model some.gguf cannot be loaded: its process ", e.Message);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public async Task A_program_that_does_not_start_is_reported()
    {
        ModelException e = await Assert.ThrowsAsync<ModelException>(() => ModelProcess.StartAsync(
            "m", new EngineOptions("some.gguf"), new ProcessLimits(), _ => new ProcessStartInfo("/nowhere/nodebox"), NullLogger.Instance));

        Assert.Contains("/nowhere/nodebox", e.Message);
    }

    [Fact]
    public async Task Ends_the_process_and_its_requests_when_disposed()
    {
        ModelProcess model = await ModelProcess.StartAsync(
            "m", new EngineOptions(LlmServer.ModelPath), new ProcessLimits(), Program.EngineProgram, NullLogger.Instance);
        using Process process = Process.GetProcessById(model.ProcessId);
        var request = new GenerationRequest { Prompt = [1, 2, 3], MaxTokens = 8000, IgnoreEnd = true };
        RunningGeneration generation = await model.SubmitAsync(request, CancellationToken.None);

        await model.DisposeAsync();

        Assert.True(process.HasExited);
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (GeneratedToken _ in generation.ReadAllAsync())
            {
            }
        });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => model.TokenizeAsync([], CancellationToken.None));
        await model.DisposeAsync();
    }

    [Fact]
    public async Task Tokens_are_timed_by_the_clock_of_all_processes()
    {
        await using ModelProcess model = await ModelProcess.StartAsync(
            "m", new EngineOptions(LlmServer.ModelPath), new ProcessLimits(), Program.EngineProgram, NullLogger.Instance);
        long before = Stopwatch.GetTimestamp();
        RunningGeneration generation = await model.SubmitAsync(
            new GenerationRequest { Prompt = [1, 2, 3], MaxTokens = 20, IgnoreEnd = true }, CancellationToken.None);
        var times = new List<long>();
        await foreach (GeneratedToken token in generation.ReadAllAsync())
        {
            times.Add(token.At);
        }

        Assert.Equal(20, times.Count);
        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], before, Stopwatch.GetTimestamp());
        Assert.InRange(times[^1], before, Stopwatch.GetTimestamp());
        Assert.Equal(20, generation.CompletionTokens);
        Assert.InRange(generation.QueueWait, TimeSpan.Zero, Stopwatch.GetElapsedTime(before));
    }

    // How long the start itself takes, depends on the machine.
    private static void AssertStartedAtOnce(KeptLog log) =>
        Assert.EndsWith("it is started again in 0 s", Assert.Single(log.Lines, static line => line.Contains("is started again in")));

    private static async Task AssertServesAgainAsync(LlmServer server)
    {
        long begin = Stopwatch.GetTimestamp();
        await LlmServer.EventuallyAsync(async () => await StatusAsync(server, "/ready") == HttpStatusCode.OK);
        Console.WriteLine($"ready again after {Stopwatch.GetElapsedTime(begin).TotalSeconds:0.0} s");
        (HttpStatusCode status, _) = await server.PostAsync(
            """{"model":"testbed","messages":[{"role":"user","content":"hi"}],"max_tokens":3}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    private static async Task<(HttpStatusCode Status, string? Retry, JsonElement Body)> WholeAsync(LlmServer server)
    {
        using HttpResponseMessage response = await server.SendAsync(Begin + "}");
        string? retry = response.Headers.TryGetValues("Retry-After", out IEnumerable<string>? values) ? values.Single() : null;
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, retry, document.RootElement.Clone());
    }

    private static async Task<HttpStatusCode> StatusAsync(LlmServer server, string path)
    {
        using HttpResponseMessage response = await server.Http.GetAsync(path);
        return response.StatusCode;
    }

    private static void Kill(int processId)
    {
        using Process process = Process.GetProcessById(processId);
        process.Kill();
    }
}
