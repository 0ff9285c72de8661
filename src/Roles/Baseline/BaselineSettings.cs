namespace NodeBox.Roles.Baseline;

/// <summary>Settings of the role "baseline": a chain of services with a fixed call graph and no LLM anywhere.</summary>
public sealed record BaselineSettings
{
    /// <summary>Most services that a chain may have.</summary>
    public const int MaxServices = 16;

    /// <summary>The chain, first service first: each calls the one after it. Its length is the hop count.</summary>
    public IReadOnlyList<BaselineService> Services { get; init; } =
    [
        new() { Name = "gateway", Port = 7201, ResponseBytes = 2048 },
        new() { Name = "orders", Port = 7202, ResponseBytes = 1536 },
        new() { Name = "stock", Port = 7203, ResponseBytes = 1024 },
        new() { Name = "pricing", Port = 7204, ResponseBytes = 512 },
    ];

    /// <summary>Host name or address at which services without a URL of their own are called.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Seed of the data that the services look up.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How long a service waits for the one after it.</summary>
    public TimeSpan HopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where <paramref name="service"/> is called.</summary>
    public Uri UrlOf(BaselineService service) => service.Url ?? new UriBuilder(Uri.UriSchemeHttp, Address, service.Port).Uri;

    /// <summary>Everything that is wrong with these settings; nothing where they can be served.</summary>
    public IEnumerable<string> Errors()
    {
        if (Services.Count is < 1 or > MaxServices)
        {
            yield return $"a chain has 1 to {MaxServices} services, not {Services.Count}";
        }

        foreach ((string name, int count) in Services.CountBy(static service => service.Name))
        {
            if (count > 1)
            {
                yield return $"{count} services are called {name}";
            }
        }

        for (int i = 0; i < Services.Count; i++)
        {
            foreach (string error in Services[i].Errors(Services.Count - i))
            {
                yield return $"service {i + 1}: {error}";
            }
        }

        if (HopTimeout <= TimeSpan.Zero)
        {
            yield return "hop_timeout: must be more than 0";
        }
    }
}
