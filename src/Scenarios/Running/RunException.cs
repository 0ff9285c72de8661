namespace NodeBox.Scenarios.Running;

/// <summary>A run cannot start or cannot be completed. The message says why and what to do.</summary>
public sealed class RunException(string message, Exception? inner = null) : Exception(message, inner);
