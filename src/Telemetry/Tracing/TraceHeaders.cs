using System.Diagnostics;
using System.Net;

namespace NodeBox.Telemetry.Tracing;

/// <summary>W3C Trace Context and Baggage, written to and read from string carriers: HTTP headers and MCP's <c>_meta</c>.</summary>
public static class TraceHeaders
{
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";
    public const string Baggage = "baggage";

    // W3C Baggage asks for at least 64 members and 8192 bytes; nodebox itself sends one short member.
    private const int MaxBaggageBytes = 8192;

    /// <summary>Hands the headers of <paramref name="span"/> to <paramref name="set"/>, one call per header.</summary>
    public static void Inject(Activity span, Action<string, string> set)
    {
        set(TraceParent, $"00-{span.TraceId.ToHexString()}-{span.SpanId.ToHexString()}-01");
        if (!string.IsNullOrEmpty(span.TraceStateString))
        {
            set(TraceState, span.TraceStateString);
        }

        // A span's own members come before those of the spans around it, which it may have set anew.
        IEnumerable<KeyValuePair<string, string?>> members = span.Baggage.DistinctBy(static item => item.Key);
        string baggage = string.Join(',', members.Select(static item => $"{item.Key}={WebUtility.UrlEncode(item.Value)}"));
        if (baggage.Length > 0)
        {
            set(Baggage, baggage);
        }
    }

    /// <summary>Reads the caller's span. False where there is none or it is malformed: the request is then served untraced, as W3C asks.</summary>
    public static bool TryExtract(Func<string, string?> get, out ActivityContext parent) =>
        ActivityContext.TryParse(get(TraceParent), get(TraceState), isRemote: true, out parent);

    /// <summary>The members of a baggage header; malformed members and whatever lies beyond the size limit are ignored.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ParseBaggage(string? header)
    {
        if (string.IsNullOrEmpty(header) || header.Length > MaxBaggageBytes)
        {
            yield break;
        }

        foreach (string member in header.Split(','))
        {
            ReadOnlySpan<char> pair = member.AsSpan();
            int properties = pair.IndexOf(';');
            if (properties >= 0)
            {
                pair = pair[..properties];
            }

            int equals = pair.IndexOf('=');
            if (equals > 0)
            {
                string key = pair[..equals].Trim().ToString();
                string value = WebUtility.UrlDecode(pair[(equals + 1)..].Trim().ToString());
                yield return new(key, value);
            }
        }
    }
}
