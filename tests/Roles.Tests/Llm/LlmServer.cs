using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeBox.Llama.Models;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Llm.Engines;
using NodeBox.Roles.Tests.Tools;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>The llm role with a random model, on a loopback port.</summary>
internal sealed class LlmServer : IAsyncDisposable
{
    private const string ChatPath = "/v1/chat/completions";

    // For machines that do much else at the same time; what passes is done far earlier.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static readonly Lazy<string> s_model = new(MakeModel);

    private readonly LoopbackListener _listener;

    private readonly LlmRole _role;

    private LlmServer(LlmRole role, LoopbackListener listener)
    {
        _role = role;
        _listener = listener;
        Http = new HttpClient { BaseAddress = listener.Url };
    }

    public Uri Url => _listener.Url;

    public HttpClient Http { get; }

    public static string ModelPath => s_model.Value;

    /// <summary>The process that runs the first model.</summary>
    public int EngineProcess => _role.Models.All[0].Engine.ProcessId;

    /// <summary>Serves one model.</summary>
    public static Task<LlmServer> StartAsync(ModelSettings? model = null, ILogger? log = null, EngineProgram? program = null) =>
        StartAsync(new LlmSettings { Models = [model ?? new ModelSettings()] }, log, program);

    /// <summary>Serves some models, all of them the random one.</summary>
    public static async Task<LlmServer> StartAsync(LlmSettings settings, ILogger? log = null, EngineProgram? program = null)
    {
        LlmSettings asked = settings with { Models = [.. settings.Models.Select(model => model.With(static options => options with { ModelPath = ModelPath }))] };
        LlmRole role = await LlmRole.StartAsync(asked, program ?? Program.EngineProgram, log ?? NullLogger.Instance);
        return new LlmServer(role, await LoopbackListener.StartAsync(role.Map));
    }

    /// <summary>Sends a chat and reads the status and the JSON of the answer.</summary>
    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json) => PostAsync(ChatPath, json);

    /// <summary>Sends a body and reads the status and the JSON of the answer.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using HttpResponseMessage response = await SendAsync(path, json);
        string text = await response.Content.ReadAsStringAsync();
        using JsonDocument document = JsonDocument.Parse(text);
        return (response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Sends a chat and reads the events of the answer, without the "data: " before each.</summary>
    public Task<IReadOnlyList<string>> StreamAsync(string json) => StreamAsync(ChatPath, json);

    /// <summary>Sends a body and reads the events of the answer.</summary>
    public async Task<IReadOnlyList<string>> StreamAsync(string path, string json)
    {
        using HttpResponseMessage response = await SendAsync(path, json);
        AssertIsStream(response);
        return EventsOf(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a chat and reads the first event of the answer; the task that it returns then reads on and has all of them.</summary>
    public async Task<Task<IReadOnlyList<string>>> BeginStreamAsync(string json)
    {
        HttpResponseMessage response = await SendAsync(json);
        AssertIsStream(response);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? first = await reader.ReadLineAsync();
        return RestAsync();

        async Task<IReadOnlyList<string>> RestAsync()
        {
            using (response)
            using (reader)
            {
                return EventsOf(first + "\n" + await reader.ReadToEndAsync());
            }
        }
    }

    public Task<HttpResponseMessage> SendAsync(string json, CancellationToken cancellationToken = default) =>
        SendAsync(ChatPath, json, cancellationToken);

    public Task<HttpResponseMessage> SendAsync(string path, string json, CancellationToken cancellationToken = default) => Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead,
        cancellationToken);

    /// <summary>The text of /metrics, once it is as wished.</summary>
    public async Task<string> MetricsAsync(Func<string, bool> isAsWished)
    {
        string metrics = "";
        await EventuallyAsync(async () =>
        {
            metrics = await Http.GetStringAsync("/metrics");
            return isAsWished(metrics);
        });
        return metrics;
    }

    /// <summary>The sum of a metric's samples in the text of /metrics, of those with a label if one is given, as in <c>code="x"</c>.</summary>
    public static double Value(string metrics, string name, string label = "") => metrics.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        .Where(line => line.Contains(label, StringComparison.Ordinal))
        .Sum(Sample);

    /// <summary>Waits until something holds; fails after a minute.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> isTrue)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < s_patience, $"it did not come to be in {s_patience.TotalSeconds} s");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _listener.DisposeAsync();
        await _role.DisposeAsync();
    }

    private static void AssertIsStream(HttpResponseMessage response) =>
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);

    private static IReadOnlyList<string> EventsOf(string text)
    {
        Assert.EndsWith("\n\n", text);
        string[] events = text[..^2].Split("\n\n");
        Assert.All(events, data => Assert.StartsWith("data: ", data));
        return [.. events.Select(data => data["data: ".Length..])];
    }

    private static double Sample(string line) => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);

    private static string MakeModel()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("nodebox-llm-").FullName, "random.gguf");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        ModelMaker.Make(1, path);
        return path;
    }
}
