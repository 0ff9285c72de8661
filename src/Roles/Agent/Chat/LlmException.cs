namespace NodeBox.Roles.Agent.Chat;

/// <summary>An LLM server refused a request or answered with something that is no chat completion.</summary>
internal sealed class LlmException(string message, Exception? innerException = null) : Exception(message, innerException);
