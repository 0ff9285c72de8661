using System.Globalization;
using System.Text;

namespace NodeBox.Telemetry.Tests.Http;

/// <summary>Reads HTTP/1.1 messages byte for byte: knows exactly how long each is on the wire.</summary>
internal static class HttpMessages
{
    /// <summary>The next message, headers and body as they came; null where the other end closed instead.</summary>
    public static string? Read(Stream stream)
    {
        var text = new StringBuilder();
        if (!ReadUntil(stream, text, "\r\n\r\n"))
        {
            return null;
        }

        string head = text.ToString();
        if (Header(head, "Content-Length") is { } length)
        {
            byte[] body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
            stream.ReadExactly(body);
            text.Append(Encoding.Latin1.GetString(body));
        }
        else if (Header(head, "Transfer-Encoding") == "chunked")
        {
            ReadChunks(stream, text);
        }

        return text.ToString();
    }

    public static string? Header(string head, string name)
    {
        string? line = head.Split("\r\n").FirstOrDefault(line => line.StartsWith($"{name}:", StringComparison.OrdinalIgnoreCase));
        return line?[(name.Length + 1)..].Trim();
    }

    /// <summary>Reads on to the end of <paramref name="end"/>; false where the stream ends before.</summary>
    public static bool ReadUntil(Stream stream, StringBuilder text, string end)
    {
        int begin = text.Length;
        while (text.Length - begin < end.Length || text.ToString(text.Length - end.Length, end.Length) != end)
        {
            int next = stream.ReadByte();
            if (next < 0)
            {
                return false;
            }

            text.Append((char)next);
        }

        return true;
    }

    private static void ReadChunks(Stream stream, StringBuilder text)
    {
        for (int size = -1; size != 0;)
        {
            var line = new StringBuilder();
            ReadUntil(stream, line, "\r\n");
            size = int.Parse(line.ToString().Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            byte[] chunk = new byte[size + 2];
            stream.ReadExactly(chunk);
            text.Append(line).Append(Encoding.Latin1.GetString(chunk));
        }
    }
}
