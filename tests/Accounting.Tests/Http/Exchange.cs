namespace NodeBox.Accounting.Tests.Http;

/// <summary>The bytes of one direction from <paramref name="Begin"/> to before <paramref name="End"/>.</summary>
internal readonly record struct ByteRange(long Begin, long End)
{
    public long Bytes => End - Begin;

    public bool Holds(long offset) => offset >= Begin && offset < End;
}

/// <summary>One request and its response, interim ones included.</summary>
/// <param name="Index">From 0, in the order of the connection.</param>
/// <param name="Head">The request's head; null where the connection ended in it.</param>
/// <param name="TaskId">The trace id of its traceparent, null without one.</param>
/// <param name="SpanId">The parent id of its traceparent, null without one.</param>
/// <param name="FromClient">Which of the client's bytes are its own.</param>
/// <param name="FromServer">Which of the server's bytes are its own.</param>
/// <param name="IsComplete">Whether both messages have their ends; a body that the connection's end ends has none.</param>
internal sealed record Exchange(
    int Index, MessageHead? Head, string? TaskId, string? SpanId, ByteRange FromClient, ByteRange FromServer, bool IsComplete);
