using System.Globalization;

namespace NodeBox.Accounting.Tests.Cases;

/// <summary>A request to a service of the baseline chain, under a task and span of its own.</summary>
/// <param name="Number">Which one, from 1: it makes the ids.</param>
internal sealed record Call(int Number)
{
    /// <summary>What every service answers with 200.</summary>
    public const string Json = """{"order_id":1000,"item_id":1,"quantity":1}""";

    private static readonly long s_test = Random.Shared.NextInt64();

    /// <summary>The next call's number is its own, so that no two of a test are the same.</summary>
    private static int s_last;

    public string TaskId => string.Create(CultureInfo.InvariantCulture, $"{s_test:x16}{Number:x16}");

    public string SpanId => string.Create(CultureInfo.InvariantCulture, $"{0xACC0_0000_0000_0000 + (ulong)Number:x16}");

    public static Call Next() => new(Interlocked.Increment(ref s_last));

    /// <summary>A service's answer that the gateway takes.</summary>
    /// <param name="padding">How much longer its body is than it must be.</param>
    /// <param name="fields">Further header fields, each with its line end.</param>
    public static string Answer(int padding = 0, string fields = "")
    {
        string body = $$"""{"order_id":1000,"item_id":1,"quantity":1,"findings":[],"padding":"{{new string('y', padding)}}"}""";
        return $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n{fields}\r\n{body}";
    }

    /// <summary>The request.</summary>
    /// <param name="padding">How much longer its body is than it must be.</param>
    /// <param name="fields">Further header fields, each with its line end.</param>
    public string Request(int padding = 0, string fields = "") => Head(padding, fields) + Body(padding);

    /// <summary>The request without its body.</summary>
    public string Head(int padding = 0, string fields = "", string contentType = "application/json") =>
        $"POST / HTTP/1.1\r\nHost: node\r\nContent-Type: {contentType}\r\nContent-Length: {Body(padding).Length}\r\n"
        + $"traceparent: 00-{TaskId}-{SpanId}-01\r\n{fields}\r\n";

    /// <summary>The request's body.</summary>
    public static string Body(int padding) => padding == 0 ? Json : $"{Json[..^1]},\"padding\":\"{new string('x', padding)}\"}}";
}
