namespace NodeBox.Roles.Agent;

/// <summary>The agent cannot finish the task; the message becomes the task's status.</summary>
internal sealed class TaskFailedException(string message) : Exception(message);
