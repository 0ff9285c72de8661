namespace NodeBox.Telemetry.Grpc;

/// <summary>
/// A call that ended with a status other than OK. A server's handler throws it to choose the status that the client sees.
/// </summary>
public sealed class RpcException(StatusCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public StatusCode Code { get; } = code;
}
