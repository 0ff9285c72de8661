using NodeBox.Telemetry;

namespace NodeBox.Roles.Baseline;

/// <summary>What the services look up: a pure function of the seed.</summary>
internal sealed class Catalog
{
    public const int Items = 50;
    public const int FirstOrder = 1000;
    public const int Orders = 1000;
    private const int Customers = 200;

    private readonly (int Customer, int Quantity)[] _orders = new (int, int)[Orders];
    private readonly (int OnHand, int PriceCents)[] _items = new (int, int)[Items];

    public Catalog(ulong seed)
    {
        var random = new SplitMix64(seed);
        for (int i = 0; i < Orders; i++)
        {
            _orders[i] = (1 + random.NextInt(Customers), 1 + random.NextInt(20));
        }

        for (int i = 0; i < Items; i++)
        {
            _items[i] = (random.NextInt(500), 100 + random.NextInt(49_900));
        }
    }

    /// <summary>What the service of this name finds out about <paramref name="request"/>.</summary>
    public ServiceFinding Find(string service, ServiceRequest request)
    {
        (int customer, int ordered) = _orders[request.OrderId - FirstOrder];
        (int onHand, int price) = _items[request.ItemId - 1];
        return service switch
        {
            "orders" => new ServiceFinding(service, CustomerId: customer, OrderedQuantity: ordered),
            "stock" => new ServiceFinding(service, OnHand: onHand, Available: onHand >= request.Quantity),
            "pricing" => new ServiceFinding(service, UnitPriceCents: price, TotalCents: price * request.Quantity),
            _ => new ServiceFinding(service),
        };
    }
}
