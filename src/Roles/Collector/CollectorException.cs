namespace NodeBox.Roles.Collector;

/// <summary>The collector cannot serve: the message says what failed and what to do.</summary>
public sealed class CollectorException(string message, Exception inner) : Exception(message, inner);
