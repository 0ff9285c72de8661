using System.Net;
using System.Text;
using System.Text.Json;
using NodeBox.Llama.Models;
using NodeBox.Roles.Llm;
using NodeBox.Roles.Tests.Tools;

namespace NodeBox.Roles.Tests.Llm;

/// <summary>The llm role with a random model, on a loopback port.</summary>
internal sealed class LlmServer : IAsyncDisposable
{
    private static readonly Lazy<string> s_model = new(MakeModel);

    private readonly LoopbackListener _listener;

    private LlmServer(LoopbackListener listener)
    {
        _listener = listener;
        Http = new HttpClient { BaseAddress = listener.Url };
    }

    public HttpClient Http { get; }

    public static string ModelPath => s_model.Value;

    public static async Task<LlmServer> StartAsync(LlmSettings? settings = null)
    {
        LlmSettings asked = (settings ?? new LlmSettings()) with { Model = ModelPath };
        return new LlmServer(await LoopbackListener.StartAsync(app => LlmRole.Map(app, asked)));
    }

    /// <summary>Sends a body and reads the status and the JSON of the answer.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string json)
    {
        using HttpResponseMessage response = await SendAsync(json);
        string text = await response.Content.ReadAsStringAsync();
        using JsonDocument document = JsonDocument.Parse(text);
        return (response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Sends a body and reads the events of the answer, without the "data: " before each.</summary>
    public async Task<IReadOnlyList<string>> StreamAsync(string json)
    {
        using HttpResponseMessage response = await SendAsync(json);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n\n", text);
        string[] events = text[..^2].Split("\n\n");
        Assert.All(events, data => Assert.StartsWith("data: ", data));
        return [.. events.Select(data => data["data: ".Length..])];
    }

    public Task<HttpResponseMessage> SendAsync(string json, CancellationToken cancellationToken = default) => Http.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(json, Encoding.UTF8, "application/json") },
        HttpCompletionOption.ResponseHeadersRead,
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _listener.DisposeAsync();
    }

    private static string MakeModel()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("nodebox-llm-").FullName, "random.gguf");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        ModelMaker.Make(1, path);
        return path;
    }
}
