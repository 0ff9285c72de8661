namespace NodeBox.Roles.Baseline;

/// <summary>How the service times of one service are distributed around their mean.</summary>
public enum ServiceTimeDistribution
{
    /// <summary>Always the mean.</summary>
    Fixed,

    /// <summary>Evenly from 0 to twice the mean.</summary>
    Uniform,

    /// <summary>Exponentially, as in an M/M/1 queue.</summary>
    Exponential,
}

/// <summary>
/// One service of the chain. What it does follows from its name: "orders" looks up the order, "stock" the item's stock, "pricing" its
/// price; every other one just passes the request on.
/// </summary>
public sealed record BaselineService
{
    private const int MaxNameLength = 32;
    private const int MaxBytes = 8 << 20;

    // What a request and one service's part of an answer hold besides padding is at most this long, the longest name included.
    private const int RequestRoom = 128;
    private const int AnswerRoom = 128;

    public required string Name { get; init; }

    public required int Port { get; init; }

    /// <summary>Where it is called, if that is not <see cref="BaselineSettings.Address"/> and <see cref="Port"/>.</summary>
    public Uri? Url { get; init; }

    /// <summary>Mean time that a request spends here, besides the services after it.</summary>
    public TimeSpan ServiceTime { get; init; } = TimeSpan.FromMilliseconds(2);

    public ServiceTimeDistribution Distribution { get; init; }

    /// <summary>Seed of the service times. A request's time follows from this and its content, whatever else is going on.</summary>
    public ulong JitterSeed { get; init; } = 1;

    /// <summary>Size of the request body that the service before this one sends, in bytes; 0 for no padding.</summary>
    public int RequestBytes { get; init; } = 512;

    /// <summary>Size of the body of a successful answer, in bytes; 0 for no padding.</summary>
    public int ResponseBytes { get; init; } = 512;

    /// <param name="services">How many services answer in this one's answer: itself and those after it.</param>
    internal IEnumerable<string> Errors(int services)
    {
        if (Name.Length is 0 or > MaxNameLength || !Name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            yield return $"name: must be 1 to {MaxNameLength} letters, digits or hyphens";
        }

        if (Port is < 1 or > 65535)
        {
            yield return $"port: must be from 1 to 65535, not {Port}";
        }

        if (Url is { } url && (!url.IsAbsoluteUri || url.Scheme != Uri.UriSchemeHttp))
        {
            yield return $"url: must be an absolute http URL, not {url}";
        }

        if (ServiceTime < TimeSpan.Zero || ServiceTime > TimeSpan.FromMinutes(1))
        {
            yield return $"service_time: must be from 0s to 1m, not {ServiceTime.TotalSeconds} s";
        }

        if (RequestBytes != 0 && RequestBytes is < RequestRoom or > MaxBytes)
        {
            yield return $"request_bytes: must be 0 or from {RequestRoom} to {MaxBytes}, not {RequestBytes}";
        }

        int least = RequestRoom + (services * AnswerRoom);
        if (ResponseBytes != 0 && (ResponseBytes < least || ResponseBytes > MaxBytes))
        {
            yield return $"response_bytes: must be 0 or from {least} (for {services} services) to {MaxBytes}, not {ResponseBytes}";
        }
    }
}
