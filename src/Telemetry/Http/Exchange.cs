using NodeBox.Telemetry.Tracing;

namespace NodeBox.Telemetry.Http;

/// <summary>
/// One attempt at sending a request. It is the object that tells one exchange from another: two attempts at the same call have equal tags.
/// </summary>
/// <param name="tag">Whose call it is, or null for an untraced request.</param>
/// <param name="kind">What it is for.</param>
internal sealed class Exchange(Tag? tag, SliceKind kind)
{
    private static readonly AsyncLocal<Exchange?> s_current = new();

    /// <summary>
    /// The exchange that this asynchronous context sends. HTTP/1.1 writes happen in the caller's context. Null says nothing: whatever
    /// else a client writes, such as a TLS alert, belongs to the exchange before it.
    /// </summary>
    public static Exchange? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    public Tag? Tag { get; } = tag;

    public SliceKind Kind { get; } = kind;
}
