using System.Text.Json;

namespace NodeBox.A2A;

/// <summary>Does what a message asks for and returns the finished task. Refusals are thrown as <see cref="A2AException"/>.</summary>
public delegate Task<AgentTask> AnswerMessage(Message message, CancellationToken cancellation);

/// <summary>A JSON-RPC response and the HTTP status to send it with.</summary>
public readonly record struct A2AReply(int HttpStatus, byte[] Json);

/// <summary>
/// The server's side of the JSON-RPC binding without a transport: the bytes of a request go in, a response comes out. Every input gets a
/// response; what is wrong with a request is answered with the protocol's own error.
/// </summary>
/// <param name="answer">Serves SendMessage.</param>
/// <param name="find">The finished task of an id, or null where it is not, or no longer, known. Serves GetTask.</param>
public sealed class A2ADispatcher(AnswerMessage answer, Func<string, AgentTask?> find)
{
    private static readonly JsonElement s_null = JsonSerializer.Deserialize("null"u8, A2AJson.Default.JsonElement);

    /// <param name="body">The request.</param>
    /// <param name="version">The value of <see cref="ProtocolVersion.Parameter"/>, or null.</param>
    /// <param name="cancellation">Ends the work; only this makes the call throw <see cref="OperationCanceledException"/>.</param>
    public async Task<A2AReply> DispatchAsync(ReadOnlyMemory<byte> body, string? version, CancellationToken cancellation)
    {
        JsonElement id = s_null;
        try
        {
            JsonRpcRequest request = JsonRpcRequest.Parse(body, ref id);
            ProtocolVersion.Require(version);
            JsonElement result = await InvokeAsync(request, cancellation).ConfigureAwait(false);
            return Reply(200, new JsonRpcResponse(JsonRpcRequest.Version, id, result));
        }
        catch (A2AException e)
        {
            return Fail(id, e.Code, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return Fail(id, A2AErrorCode.InternalError, $"internal error: {e.Message}");
        }
    }

    /// <summary>The error response to a request whose body could not even be received.</summary>
    public static A2AReply Refuse(A2AErrorCode code, string message) => Fail(s_null, code, message);

    private async Task<JsonElement> InvokeAsync(JsonRpcRequest request, CancellationToken cancellation)
    {
        switch (request.Method)
        {
            case Methods.SendMessage:
                SendMessageRequest sent = Params.Read(ParamsOf(request), A2AJson.Default.SendMessageRequest);
                Params.Check(sent);
                RefuseContinuation(sent.Message);
                AgentTask task = await answer(sent.Message, cancellation).ConfigureAwait(false);
                return JsonSerializer.SerializeToElement(new SendMessageResponse(task), A2AJson.Default.SendMessageResponse);
            case Methods.GetTask:
                return JsonSerializer.SerializeToElement(Find(request), A2AJson.Default.AgentTask);
            case Methods.CancelTask:
                throw new A2AException(A2AErrorCode.TaskNotCancelable, $"task {Find(request).Id} is done");
            case "SendStreamingMessage" or "SubscribeToTask" or "ListTasks" or "GetExtendedAgentCard":
                throw new A2AException(A2AErrorCode.UnsupportedOperation, $"this agent does not offer {request.Method}");
            case "CreateTaskPushNotificationConfig" or "GetTaskPushNotificationConfig":
            case "ListTaskPushNotificationConfigs" or "DeleteTaskPushNotificationConfig":
                throw new A2AException(A2AErrorCode.PushNotificationNotSupported, "this agent sends no push notifications");
            default:
                throw new A2AException(A2AErrorCode.MethodNotFound, $"A2A {ProtocolVersion.Supported} has no method \"{request.Method}\"");
        }
    }

    // Tasks of this agent are done when they are returned, and A2A forbids messages to a task in a terminal state.
    private void RefuseContinuation(Message message)
    {
        if (!string.IsNullOrEmpty(message.TaskId))
        {
            AgentTask task = Require(message.TaskId);
            throw new A2AException(A2AErrorCode.UnsupportedOperation, $"task {task.Id} is done; send a message without taskId");
        }
    }

    private AgentTask Find(JsonRpcRequest request) => Require(Params.Read(ParamsOf(request), A2AJson.Default.TaskRequest).Id);

    private AgentTask Require(string taskId) =>
        find(taskId) ?? throw new A2AException(A2AErrorCode.TaskNotFound, $"task \"{taskId}\" is not, or no longer, known");

    private static JsonElement ParamsOf(JsonRpcRequest request) =>
        request.Params ?? throw new A2AException(A2AErrorCode.InvalidParams, $"{request.Method} needs params");

    // The binding answers errors in the envelope with 200; only the agent's own troubles show in the HTTP status.
    private static A2AReply Fail(JsonElement id, A2AErrorCode code, string message)
    {
        int status = code switch
        {
            A2AErrorCode.InternalError => 500,
            A2AErrorCode.AgentBusy => 503,
            _ => 200,
        };
        var error = new JsonRpcError((int)code, message, ErrorInfo.Of(code));
        return Reply(status, new JsonRpcResponse(JsonRpcRequest.Version, id, Error: error));
    }

    private static A2AReply Reply(int status, JsonRpcResponse response) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(response, A2AJson.Default.JsonRpcResponse));
}
