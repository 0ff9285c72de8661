namespace NodeBox.A2A;

/// <summary>Error codes of the JSON-RPC binding (A2A 1.0, sections 5.4 and 9.5).</summary>
public enum A2AErrorCode
{
    ParseError = -32700,
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    InvalidParams = -32602,
    InternalError = -32603,
    TaskNotFound = -32001,
    TaskNotCancelable = -32002,
    PushNotificationNotSupported = -32003,
    UnsupportedOperation = -32004,
    ContentTypeNotSupported = -32005,
    InvalidAgentResponse = -32006,
    ExtendedAgentCardNotConfigured = -32007,
    ExtensionSupportRequired = -32008,
    VersionNotSupported = -32009,

    /// <summary>nodebox's own: as many tasks run and wait as the agent takes. A2A leaves -32000 to implementations.</summary>
    AgentBusy = -32000,
}

/// <summary>An A2A request that got an error instead of a result.</summary>
public sealed class A2AException(A2AErrorCode code, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public A2AErrorCode Code { get; } = code;
}
