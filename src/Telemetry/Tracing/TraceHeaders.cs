using System.Buffers;
using System.Diagnostics;

namespace NodeBox.Telemetry.Tracing;

/// <summary>W3C Trace Context and Baggage, written to and read from string carriers: HTTP headers and MCP's <c>_meta</c>.</summary>
public static class TraceHeaders
{
    public const string TraceParent = "traceparent";
    public const string TraceState = "tracestate";
    public const string Baggage = "baggage";

    // What W3C Baggage asks everybody to carry on. A caller who sends more could make each of this node's calls as large as it likes.
    private const int MaxBaggageLength = 8192;
    private const int MaxBaggageMembers = 64;

    private const int VersionLength = 2;
    private const int TraceParentLength = 55;
    private static readonly int[] s_dashes = [2, 35, 52];

    // RFC 9110's token: what a key of baggage may consist of.
    private static readonly SearchValues<char> s_token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

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
        string baggage = string.Join(',', members.Select(static item => $"{item.Key}={Uri.EscapeDataString(item.Value ?? "")}"));
        if (baggage.Length > 0)
        {
            set(Baggage, baggage);
        }
    }

    /// <summary>
    /// Reads the caller's span. False where there is none or it is malformed: the request is then served untraced, as W3C asks.
    /// </summary>
    public static bool TryExtract(Func<string, string?> get, out ActivityContext parent)
    {
        parent = default;
        return KnownPart(get(TraceParent)) is { } known
            && ActivityContext.TryParse(known, Printable(get(TraceState)), isRemote: true, out parent);
    }

    /// <summary>
    /// The members of a baggage header. Malformed ones are ignored, so is what comes after the first 64, and so is a header of more than
    /// 8192 characters as a whole.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> ParseBaggage(string? header) =>
        string.IsNullOrEmpty(header) || header.Length > MaxBaggageLength
            ? []
            : header.Split(',').Select(ParseMember).OfType<KeyValuePair<string, string>>().Take(MaxBaggageMembers);

    private static KeyValuePair<string, string>? ParseMember(string member)
    {
        // Properties after a semicolon describe the member for others.
        string pair = member.Split(';', 2)[0];
        int equals = pair.IndexOf('=');
        if (equals < 0)
        {
            return null;
        }

        string key = pair[..equals].Trim();
        bool isToken = key.Length > 0 && !key.AsSpan().ContainsAnyExcept(s_token);
        return isToken ? new(key, Uri.UnescapeDataString(pair[(equals + 1)..].Trim())) : null;
    }

    // A later version begins like version 00 and may go on behind a further dash; ActivityContext knows version 00 only, and does not
    // look at the dashes.
    private static string? KnownPart(string? header)
    {
        if (header is null || header.Length < TraceParentLength || s_dashes.Any(at => header[at] != '-'))
        {
            return null;
        }

        bool isLater = header[..VersionLength] != "00" && header.Length > TraceParentLength && header[TraceParentLength] == '-';
        return header.Length == TraceParentLength || isLater ? header[..TraceParentLength] : null;
    }

    // Calls carry the state on in a header, which holds ASCII only. A state that would not fit is no reason to lose the trace.
    private static string? Printable(string? state) => state is not null && state.All(static c => c is >= ' ' and <= '~') ? state : null;
}
