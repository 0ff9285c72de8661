using System.Globalization;
using System.Text;

namespace NodeBox.Accounting.Tests.Http;

/// <summary>The start line and header fields of an HTTP/1.1 message (RFC 9112).</summary>
/// <param name="StartLine">The request line or status line.</param>
/// <param name="Fields">The fields in order, as they were sent.</param>
internal sealed record MessageHead(string StartLine, IReadOnlyList<(string Name, string Value)> Fields)
{
    // Longer than servers take: what has no end by then is no head.
    private const int MaxBytes = 1 << 20;

    /// <summary>The word of the start line that says what a body, if any, follows: the method or the status.</summary>
    public string Method => StartLine.Split(' ')[0];

    /// <summary>The status code of a response.</summary>
    public int Status => int.Parse(StartLine.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Whether the body comes in chunks.</summary>
    public bool IsChunked => Values("Transfer-Encoding").LastOrDefault()?.Split(',')[^1].Trim().Equals("chunked", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The body's length in bytes, if it says so.</summary>
    /// <exception cref="HttpSyntaxException">It says several, or none that can be.</exception>
    public long? ContentLength
    {
        get
        {
            string[] lengths = [.. Values("Content-Length").Distinct()];
            return lengths switch
            {
                [] => null,
                [var one] when long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out long length) => length,
                _ => throw new HttpSyntaxException($"Content-Length: {string.Join(", ", lengths)}"),
            };
        }
    }

    /// <summary>The values of a field.</summary>
    public IEnumerable<string> Values(string name) =>
        Fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value);

    /// <summary>Reads the head of a request that begins at <paramref name="at"/>.</summary>
    /// <returns>the head and where its body begins; null where the stream ends in the head.</returns>
    /// <exception cref="HttpSyntaxException">There is no request.</exception>
    public static (MessageHead Head, long BodyAt)? ReadRequest(byte[] stream, long at) =>
        Read(stream, at, static line => line.EndsWith(" HTTP/1.1", StringComparison.Ordinal) && line.Split(' ').Length == 3);

    /// <summary>Reads the head of a response, as <see cref="ReadRequest"/> does.</summary>
    /// <exception cref="HttpSyntaxException">There is no response.</exception>
    public static (MessageHead Head, long BodyAt)? ReadResponse(byte[] stream, long at) =>
        Read(stream, at, static line => line.Length >= 12 && line.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && IsStatus(line.AsSpan(9, 3)));

    private static (MessageHead Head, long BodyAt)? Read(byte[] stream, long at, Predicate<string> isStart)
    {
        ReadOnlySpan<byte> rest = stream.AsSpan((int)at);
        int end = rest.IndexOf("\r\n\r\n"u8);
        string text = Encoding.Latin1.GetString(end < 0 ? rest[..Math.Min(rest.Length, MaxBytes)] : rest[..end]);
        string[] lines = text.Split("\r\n");
        bool isStartWhole = end >= 0 || lines.Length > 1;
        if ((isStartWhole && !isStart(lines[0])) || text.Length >= MaxBytes)
        {
            throw new HttpSyntaxException($"no HTTP/1.1 message begins at byte {at}: {lines[0][..Math.Min(lines[0].Length, 60)]}");
        }

        return end < 0 ? null : (new MessageHead(lines[0], [.. lines.Skip(1).Select(ReadField)]), at + end + 4);
    }

    private static (string Name, string Value) ReadField(string line) => line.IndexOf(':') is > 0 and var colon
        ? (line[..colon], line[(colon + 1)..].Trim())
        : throw new HttpSyntaxException($"no header field: {line}");

    private static bool IsStatus(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
