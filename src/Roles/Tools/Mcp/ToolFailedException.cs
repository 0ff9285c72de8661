namespace NodeBox.Roles.Tools.Mcp;

/// <summary>
/// The call failed and its caller can learn from the message: it becomes a result with isError, which the protocol also asks for where
/// arguments do not fit (SEP-1303), so that a model can correct itself.
/// </summary>
internal sealed class ToolFailedException(string message) : Exception(message);
