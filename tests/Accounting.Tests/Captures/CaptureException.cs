namespace NodeBox.Accounting.Tests.Captures;

/// <summary>A capture that cannot be read, or that does not hold what it should; the message says where and why.</summary>
internal sealed class CaptureException(string message) : Exception(message);
