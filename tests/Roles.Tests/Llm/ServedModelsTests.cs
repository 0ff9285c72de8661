using System.Diagnostics;
using System.Net;
using System.Text.Json;
using NodeBox.Llama;
using NodeBox.Llama.Native;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Llm.Engines;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>Several models on one node, and what each of them is held to.</summary>
public sealed class ServedModelsTests
{
    [Fact]
    public async Task Each_request_chooses_a_model_by_its_name()
    {
        await using LlmServer server = await StartTwoAsync();

        using JsonDocument list = JsonDocument.Parse(await server.Http.GetStringAsync("/v1/models"));
        (HttpStatusCode big, JsonElement ofBig) = await server.PostAsync(Chat("big", 3));
        (HttpStatusCode unknown, JsonElement error) = await server.PostAsync(Chat("other", 3));
        (_, JsonElement tokens) = await server.PostAsync("/tokenize", """{"content":"hi"}""");
        (_, JsonElement bigTokens) = await server.PostAsync("/tokenize", """{"model":"big","content":"hi"}""");

        Assert.Equal(["small", "big"], list.RootElement.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()));
        Assert.Equal((HttpStatusCode.OK, "big"), (big, ofBig.GetProperty("model").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, unknown);
        Assert.Equal("The model 'other' is not served here; 'small', 'big' are.", error.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal((256, 512), (tokens.GetProperty("max_model_len").GetInt32(), bigTokens.GetProperty("max_model_len").GetInt32()));
        string metrics = await server.Http.GetStringAsync("/metrics");
        Assert.Equal(1, LlmServer.Value(metrics, "nodebox_llm_prompt_tokens_count", "model=\"big\""));
        Assert.Equal(0, LlmServer.Value(metrics, "nodebox_llm_prompt_tokens_count", "model=\"small\""));
        Assert.Equal(1, LlmServer.Value(metrics, "nodebox_llm_rejections_total", "code=\"model_not_found\""));
        Assert.Equal(3 * 512, LlmServer.Value(metrics, "nodebox_llm_kv_capacity_tokens", "model=\"big\""));
    }

    [Fact]
    public async Task The_death_of_one_model_leaves_the_others_alone()
    {
        using var held = new HeldRestart();
        await using LlmServer server = await StartTwoAsync(bigContext: 2048, held.Program);
        Task<IReadOnlyList<string>> stream = await server.BeginStreamAsync(Chat("big", 1000, ",\"stream\":true,\"ignore_eos\":true"));

        using Process small = Process.GetProcessById(server.EngineProcess);
        small.Kill();

        await LlmServer.EventuallyAsync(async () => (await server.PostAsync(Chat("small", 1))).Status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal((HttpStatusCode.OK, "big"), await AnsweredAsync(server, "big"));
        Assert.Equal("[DONE]", (await stream)[^1]);
        held.Open();
        await LlmServer.EventuallyAsync(async () => await AnsweredAsync(server, "small") == (HttpStatusCode.OK, "small"));
        string metrics = await server.Http.GetStringAsync("/metrics");
        Assert.Equal(1, LlmServer.Value(metrics, "nodebox_llm_engine_restarts_total", "model=\"small\""));
        Assert.Equal(0, LlmServer.Value(metrics, "nodebox_llm_engine_restarts_total", "model=\"big\""));
    }

    [Fact]
    public async Task A_model_stays_on_its_processors_after_a_restart_too()
    {
        int cpu = int.Parse(AllowedTo("/proc/self/status").Split(',', '-')[^1]);
        await using LlmServer server = await LlmServer.StartAsync(new ModelSettings { Cpus = ProcessorSet.Parse($"{cpu}") });
        AssertOn(cpu, server.EngineProcess);

        using Process first = Process.GetProcessById(server.EngineProcess);
        first.Kill();
        await LlmServer.EventuallyAsync(async () => await AnsweredAsync(server, "testbed") == (HttpStatusCode.OK, "testbed"));

        Assert.NotEqual(first.Id, server.EngineProcess);
        AssertOn(cpu, server.EngineProcess);
        Assert.Equal(1, LlmServer.Value(await server.Http.GetStringAsync("/metrics"), "nodebox_llm_processors"));
    }

    [Fact]
    public async Task A_processor_that_the_machine_lacks_is_refused_at_the_start()
    {
        ModelException e = await Assert.ThrowsAsync<ModelException>(
            () => LlmServer.StartAsync(new ModelSettings { Cpus = ProcessorSet.Parse("0,8000") }));

        Assert.StartsWith("cpus = \"0,8000\" of the model testbed cannot be: there is no processor 8000, the machine has 0", e.Message);
    }

    [Fact]
    public async Task A_memory_limit_below_weights_and_cache_is_refused_at_the_start()
    {
        ModelException e = await Assert.ThrowsAsync<ModelException>(
            () => LlmServer.StartAsync(new ModelSettings { MemoryLimit = 4 << 20 }.With(static options => options with { Slots = 2, Context = 1024 })));

        Assert.Matches(
            @"cannot keep to memory_limit = 4\.0 MiB: its weights have \d+\.\d MiB and a KV cache of 2048 tokens \d+\.\d MiB\.", e.Message);
    }

    [Fact]
    public async Task A_model_that_takes_more_memory_than_its_limit_is_ended()
    {
        // Enough for weights and cache, not for a program that runs them.
        var settings = new ModelSettings { MemoryLimit = 16 << 20 }.With(static options => options with { Slots = 1, Context = 256, EmbeddingTokens = 0 });
        var log = new KeptLog();

        Exception? refused = await Record.ExceptionAsync(async () =>
        {
            await using LlmServer server = await LlmServer.StartAsync(settings, log);
            await LlmServer.EventuallyAsync(() => Task.FromResult(log.Lines.Any(IsOfTheEnd)));
        });

        string said = refused?.Message ?? log.Lines.First(IsOfTheEnd);
        Assert.Matches(@"ended by SIGKILL after it had \d+ MiB of memory, of which it may have 16 MiB", said);

        static bool IsOfTheEnd(string line) => line.Contains("SIGKILL");
    }

    private static Task<LlmServer> StartTwoAsync(int bigContext = 512, EngineProgram? program = null)
    {
        var settings = new LlmSettings
        {
            Models =
            [
                new ModelSettings { Name = "small" }.With(static options => options with { Context = 256, Slots = 1 }),
                new ModelSettings { Name = "big" }.With(options => options with { Context = bigContext, Slots = 3 }),
            ],
        };
        return LlmServer.StartAsync(settings, program: program);
    }

    private static string Chat(string model, int tokens, string more = "") =>
        $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":{{tokens}}{{more}}}""";

    private static async Task<(HttpStatusCode Status, string? Model)> AnsweredAsync(LlmServer server, string model)
    {
        (HttpStatusCode status, JsonElement body) = await server.PostAsync(Chat(model, 2));
        return (status, body.TryGetProperty("model", out JsonElement name) ? name.GetString() : null);
    }

    /// <summary>Checks every thread of a process.</summary>
    private static void AssertOn(int cpu, int processId)
    {
        string[] threads = Directory.GetDirectories($"/proc/{processId}/task");
        Assert.NotEmpty(threads);
        Assert.All(threads, thread => Assert.Equal($"{cpu}", AllowedTo($"{thread}/status")));
    }

    private static string AllowedTo(string status) =>
        File.ReadLines(status).Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split(':')[1].Trim();
}
