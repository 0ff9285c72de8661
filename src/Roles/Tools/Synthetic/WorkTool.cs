using ModelContextProtocol.Protocol;
using NodeBox.Roles.Tools.Mcp;
using NodeBox.Telemetry;

namespace NodeBox.Roles.Tools.Synthetic;

/// <summary>A tool whose time, size and failures the caller chooses.</summary>
internal static class WorkTool
{
    private const int MaxLatencyMs = 60_000;
    private const int MaxResponseBytes = 8 << 20;

    // JSON escapes none of these, so that a byte of payload is a byte on the wire.
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    public static CheckedTool Create() => new(
        "work",
        "Waits, then returns exactly the asked-for number of payload bytes as text, or fails with the asked-for probability.",
        [
            ToolParameter.Integer("latency_ms", "How long to wait before answering, in milliseconds.", 0, MaxLatencyMs),
            ToolParameter.Integer("response_bytes", "Payload size of a successful answer, in bytes.", 0, MaxResponseBytes),
            ToolParameter.Number("error_rate", "Probability of failure.", 0, 1),
            ToolParameter.Integer("seed", "Makes failure and payload repeatable.", 0, (1L << 53) - 1, required: false),
        ],
        outputSchema: null,
        readOnly: true,
        RunAsync);

    private static async ValueTask<CallToolResult> RunAsync(ToolArguments arguments, CancellationToken cancellation)
    {
        double errorRate = arguments.Number("error_rate");
        long seed = arguments.IntegerOr("seed", Random.Shared.NextInt64());
        var random = new SplitMix64((ulong)seed);
        bool fails = random.NextDouble() < errorRate;

        await Task.Delay(TimeSpan.FromMilliseconds(arguments.Integer("latency_ms")), cancellation);
        if (fails)
        {
            throw new ToolFailedException(FormattableString.Invariant($"synthetic failure: error_rate was {errorRate}"));
        }

        string payload = string.Create((int)arguments.Integer("response_bytes"), random, static (text, source) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = Alphabet[source.NextInt(Alphabet.Length)];
            }
        });
        return new CallToolResult { Content = [new TextContentBlock { Text = payload }] };
    }
}
