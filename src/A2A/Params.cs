using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.A2A;

/// <summary>Reads and checks the parameters of a request. Whatever is wrong is an A2A error that names the field.</summary>
internal static class Params
{
    /// <exception cref="A2AException"><paramref name="json"/> does not have the type's shape.</exception>
    public static T Read<T>(JsonElement json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return json.Deserialize(type) ?? throw new A2AException(A2AErrorCode.InvalidParams, "params: an object is expected");
        }
        catch (JsonException e)
        {
            throw new A2AException(A2AErrorCode.InvalidParams, Misfit.Describe("params", e), e);
        }
    }

    /// <exception cref="A2AException">The request asks for what A2A forbids or this agent does not offer.</exception>
    public static void Check(SendMessageRequest request)
    {
        CheckMessage(request.Message);
        if (request.Configuration is not { } configuration)
        {
            return;
        }

        if (configuration.TaskPushNotificationConfig is not null)
        {
            throw new A2AException(A2AErrorCode.PushNotificationNotSupported, "this agent sends no push notifications");
        }

        if (configuration.ReturnImmediately == true)
        {
            throw new A2AException(A2AErrorCode.UnsupportedOperation, "returnImmediately: this agent answers when the task is done");
        }

        if (configuration.AcceptedOutputModes is { Count: > 0 } modes
            && !modes.Any(static mode => mode is "text/plain" or "text/*" or "*/*"))
        {
            throw new A2AException(A2AErrorCode.ContentTypeNotSupported, "acceptedOutputModes: this agent answers in text/plain");
        }
    }

    private static void CheckMessage(Message message)
    {
        if (message.MessageId.Length == 0)
        {
            throw new A2AException(A2AErrorCode.InvalidParams, "message.messageId: must not be empty");
        }

        if (message.Role != Role.User)
        {
            throw new A2AException(A2AErrorCode.InvalidParams, "message.role: a client's message has ROLE_USER");
        }

        if (message.Parts.Count == 0)
        {
            throw new A2AException(A2AErrorCode.InvalidParams, "message.parts: at least one part is required");
        }

        for (int i = 0; i < message.Parts.Count; i++)
        {
            if (message.Parts[i] is not { Contents: 1 } part)
            {
                throw new A2AException(
                    A2AErrorCode.InvalidParams, $"message.parts[{i}]: exactly one of text, raw, url and data must be set");
            }

            if (part.Raw is not null || part.Url is not null)
            {
                throw new A2AException(
                    A2AErrorCode.ContentTypeNotSupported, $"message.parts[{i}]: this agent takes text and data, no files");
            }
        }
    }
}
