using System.Globalization;
using System.Text;

namespace NodeBox.Accounting.Tests.Http;

/// <summary>Finds the ends of message bodies (RFC 9112, 6.3).</summary>
internal static class MessageBody
{
    /// <summary>Where a request's body ends; null where the stream ends before.</summary>
    public static long? EndOfRequest(MessageHead head, byte[] stream, long at) =>
        head.IsChunked ? EndOfChunks(stream, at) : Within(stream, at + (head.ContentLength ?? 0));

    /// <summary>Where a response's body ends; null where the stream ends before, or where only the connection's end ends the body.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="method">The method of the request that it answers.</param>
    /// <param name="stream">What the server sent.</param>
    /// <param name="at">Where the body begins.</param>
    public static long? EndOfResponse(MessageHead head, string method, byte[] stream, long at)
    {
        if (method == "HEAD" || head.Status is (>= 100 and < 200) or 204 or 304)
        {
            return at;
        }

        if (head.IsChunked)
        {
            return EndOfChunks(stream, at);
        }

        return head.ContentLength is { } length ? Within(stream, at + length) : null;
    }

    private static long? Within(byte[] stream, long end) => end <= stream.Length ? end : null;

    // RFC 9112, 7.1: each chunk is a line with its size, and that many bytes; the last one has none and is followed by trailer fields.
    private static long? EndOfChunks(byte[] stream, long at)
    {
        while (true)
        {
            if (EndOfLine(stream, at) is not { } data)
            {
                return null;
            }

            long size = SizeOf(Encoding.Latin1.GetString(stream, (int)at, (int)(data - 2 - at)));
            if (size == 0)
            {
                return EndOfTrailer(stream, data);
            }

            at = data + size + 2;
            if (at > stream.Length)
            {
                return null;
            }

            if (!stream.AsSpan((int)at - 2, 2).SequenceEqual("\r\n"u8))
            {
                throw new HttpSyntaxException($"the chunk at byte {data} does not end where it says");
            }
        }
    }

    private static long? EndOfTrailer(byte[] stream, long at)
    {
        while (EndOfLine(stream, at) is { } next)
        {
            if (next == at + 2)
            {
                return next;
            }

            at = next;
        }

        return null;
    }

    private static long? EndOfLine(byte[] stream, long at)
    {
        int length = stream.AsSpan((int)at).IndexOf("\r\n"u8);
        return length < 0 ? null : at + length + 2;
    }

    private static long SizeOf(string line) =>
        uint.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint size)
            ? size
            : throw new HttpSyntaxException($"no chunk size: {line[..Math.Min(line.Length, 60)]}");
}
