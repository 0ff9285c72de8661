namespace NodeBox.Accounting.Tests.Http;

/// <summary>Bytes that are not HTTP/1.1, or a part of it that cannot be cut into exchanges.</summary>
internal sealed class HttpSyntaxException(string message) : Exception(message);
