using System.Text.RegularExpressions;

namespace NodeBox.Accounting.Tests.Http;

/// <summary>Cuts both directions of an HTTP/1.1 connection into exchanges.</summary>
internal static partial class Exchanges
{
    /// <summary>
    /// The exchanges, in order. A message without an end has all that follows. What no exchange has, after a complete last one, is the
    /// connection's own.
    /// </summary>
    /// <param name="requests">What the client sent.</param>
    /// <param name="responses">What the server sent.</param>
    /// <exception cref="HttpSyntaxException">It is not HTTP/1.1, or the connection became something else.</exception>
    public static IReadOnlyList<Exchange> Parse(byte[] requests, byte[] responses)
    {
        List<Exchange> exchanges = [];
        long requestAt = 0;
        long responseAt = 0;
        while (requestAt < requests.Length)
        {
            (MessageHead? head, long? requestEnd) = ReadRequest(requests, requestAt);
            long? responseEnd = head is null ? null : EndOfResponses(head, responses, responseAt);
            var fromClient = new ByteRange(requestAt, requestEnd ?? requests.Length);
            var fromServer = new ByteRange(responseAt, responseEnd ?? responses.Length);
            Match trace = TraceParent().Match(head?.Values("traceparent").ToArray() is [var only] ? only : "");
            exchanges.Add(new Exchange(
                exchanges.Count,
                head,
                trace.Success ? trace.Groups[1].Value : null,
                trace.Success ? trace.Groups[2].Value : null,
                fromClient,
                fromServer,
                requestEnd is not null && responseEnd is not null));
            requestAt = fromClient.End;
            responseAt = fromServer.End;
        }

        return exchanges;
    }

    private static (MessageHead? Head, long? End) ReadRequest(byte[] requests, long at)
    {
        if (MessageHead.ReadRequest(requests, at) is not (var head, var bodyAt))
        {
            return (null, null);
        }

        return head.Method == "CONNECT"
            ? throw new HttpSyntaxException("a tunnel cannot be cut into exchanges")
            : (head, MessageBody.EndOfRequest(head, requests, bodyAt));
    }

    /// <returns>where the final response ends; null where it has no end.</returns>
    private static long? EndOfResponses(MessageHead request, byte[] responses, long at)
    {
        while (MessageHead.ReadResponse(responses, at) is (var head, var bodyAt))
        {
            if (head.Status == 101)
            {
                throw new HttpSyntaxException("an upgraded connection cannot be cut into exchanges");
            }

            if (head.Status >= 200)
            {
                return MessageBody.EndOfResponse(head, request.Method, responses, bodyAt);
            }

            at = bodyAt;
        }

        return null;
    }

    // Version, trace id, parent id and flags: https://www.w3.org/TR/trace-context/#traceparent-header.
    [GeneratedRegex("^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$")]
    private static partial Regex TraceParent();
}
