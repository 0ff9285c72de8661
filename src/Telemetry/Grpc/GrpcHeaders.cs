using System.Globalization;
using System.Text;

namespace NodeBox.Telemetry.Grpc;

/// <summary>Names and notations of gRPC's HTTP/2 headers (PROTOCOL-HTTP2.md of grpc/grpc).</summary>
internal static class GrpcHeaders
{
    public const string ContentType = "application/grpc";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Identity = "identity";

    // A timer takes at most 2^32 - 2 ms; nobody waits longer than this anyway.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(40);

    /// <summary>At most 8 digits and a unit, rounded up, so that a deadline never becomes earlier.</summary>
    public static string EncodeTimeout(TimeSpan timeout)
    {
        long milliseconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalMilliseconds));
        return milliseconds < 100_000_000
            ? $"{milliseconds}m"
            : $"{Math.Min((milliseconds + 999) / 1000, 99_999_999)}S";
    }

    /// <summary>False where there is no timeout or it is malformed, which means no deadline.</summary>
    public static bool TryParseTimeout(string? text, out TimeSpan timeout)
    {
        timeout = default;
        if (text is null
            || text.Length is < 2 or > 9
            || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            return false;
        }

        TimeSpan? parsed = text[^1] switch
        {
            'H' => TimeSpan.FromHours(Math.Min(count, 1000)),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
        timeout = parsed is { } value && value < s_longest ? value : s_longest;
        return parsed is not null;
    }

    /// <summary>Percent-encodes what is not printable ASCII: a header may hold nothing else.</summary>
    public static string EncodeMessage(string message)
    {
        StringBuilder encoded = new(message.Length);
        foreach (byte octet in System.Text.Encoding.UTF8.GetBytes(message))
        {
            if (octet is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    /// <summary>What is no percent-encoding stays as it is.</summary>
    public static string DecodeMessage(string message) => Uri.UnescapeDataString(message);
}
