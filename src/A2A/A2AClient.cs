using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.A2A;

/// <summary>
/// The client's side of the JSON-RPC binding. Every response is read to its end, so that its connection can be used again and closes
/// cleanly. What the agent answers with an error, or answers wrongly, is an <see cref="A2AException"/>; what the transport does is an
/// <see cref="HttpRequestException"/> or <see cref="IOException"/>.
/// </summary>
/// <param name="http">Supplies connections, headers of its own and cancellation; not disposed here.</param>
public sealed class A2AClient(HttpClient http)
{
    private const int MaxResponseBytes = 8 << 20;
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private long _lastId;

    /// <summary>Fetches the card of the agent at <paramref name="agent"/>, a base URL.</summary>
    public async Task<AgentCard> GetAgentCardAsync(Uri agent, CancellationToken cancellation = default)
    {
        var url = new Uri(agent, AgentCard.WellKnownPath);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        (HttpStatusCode status, byte[] body) = await SendAsync(request, cancellation).ConfigureAwait(false);
        return status == HttpStatusCode.OK
            ? Read(body, A2AJson.Default.AgentCard, url)
            : throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"{url} answered HTTP {(int)status} instead of an agent card");
    }

    /// <summary>Sends a message and waits for the task's end, or for the message that answers it.</summary>
    /// <param name="endpoint">The agent's JSON-RPC interface, from <see cref="AgentCard.JsonRpcEndpoint"/>.</param>
    public async Task<SendMessageResponse> SendMessageAsync(
        Uri endpoint, SendMessageRequest message, CancellationToken cancellation = default)
    {
        SendMessageResponse response = await CallAsync(
            endpoint,
            Methods.SendMessage,
            message,
            A2AJson.Default.SendMessageRequest,
            A2AJson.Default.SendMessageResponse,
            cancellation).ConfigureAwait(false);
        return (response.Task is null) != (response.Message is null)
            ? response
            : throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"{endpoint} answered with neither or both of task and message");
    }

    /// <summary>Fetches a task that the agent has answered with before.</summary>
    public Task<AgentTask> GetTaskAsync(Uri endpoint, TaskRequest task, CancellationToken cancellation = default) =>
        CallAsync(endpoint, Methods.GetTask, task, A2AJson.Default.TaskRequest, A2AJson.Default.AgentTask, cancellation);

    private async Task<TResult> CallAsync<TParams, TResult>(
        Uri endpoint,
        string method,
        TParams parameters,
        JsonTypeInfo<TParams> paramsType,
        JsonTypeInfo<TResult> resultType,
        CancellationToken cancellation)
        where TResult : class
    {
        long id = Interlocked.Increment(ref _lastId);
        var call = new JsonRpcRequest(
            JsonRpcRequest.Version,
            method,
            JsonSerializer.SerializeToElement(id, A2AJson.Default.Int64),
            JsonSerializer.SerializeToElement(parameters, paramsType));
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(call, A2AJson.Default.JsonRpcRequest)),
        };
        request.Content.Headers.ContentType = s_json;
        (HttpStatusCode status, byte[] body) = await SendAsync(request, cancellation).ConfigureAwait(false);
        return Result(body, id, status, resultType, endpoint);
    }

    private static TResult Result<TResult>(byte[] body, long id, HttpStatusCode status, JsonTypeInfo<TResult> type, Uri url)
        where TResult : class
    {
        JsonRpcResponse response;
        try
        {
            response = Read(body, A2AJson.Default.JsonRpcResponse, url);
        }
        catch (A2AException e) when (status != HttpStatusCode.OK)
        {
            throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"{url} answered HTTP {(int)status} without a JSON-RPC response", e);
        }

        if (response.Error is { } error)
        {
            throw new A2AException((A2AErrorCode)error.Code, error.Message);
        }

        if (response.Id.ValueKind != JsonValueKind.Number || !response.Id.TryGetInt64(out long answered) || answered != id)
        {
            throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"{url} answered another request than the one sent");
        }

        return response.Result is { } result
            ? Read(result, type, url)
            : throw new A2AException(A2AErrorCode.InvalidAgentResponse, $"{url} answered with neither result nor error");
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Headers.TryAddWithoutValidation(ProtocolVersion.Parameter, ProtocolVersion.Supported);
        request.Headers.Accept.ParseAdd("application/json");
        using HttpResponseMessage response = await http
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
            .ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellation).ConfigureAwait(false);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false));
    }

    private static T Read<T>(byte[] body, JsonTypeInfo<T> type, Uri url)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw NotAsAgreed(url, e);
        }
    }

    private static T Read<T>(JsonElement json, JsonTypeInfo<T> type, Uri url)
        where T : class
    {
        try
        {
            return json.Deserialize(type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw NotAsAgreed(url, e);
        }
    }

    private static A2AException NotAsAgreed(Uri url, JsonException e) =>
        new(A2AErrorCode.InvalidAgentResponse, $"{url} answered with something that A2A does not know: {e.Message}", e);
}
