using System.Globalization;
using NodeBox.Telemetry;

namespace NodeBox.Roles.Tools.Db;

/// <summary>
/// The database's first content, a pure function of the seed. Each table has its own random stream, so that one can grow without changing
/// the others.
/// </summary>
internal static class SeedData
{
    public const int Customers = 200;
    public const int Items = 50;
    public const int FirstOrder = 1000;
    public const int Orders = 1000;

    public static readonly IReadOnlyList<string> Tiers = ["bronze", "silver", "gold"];
    public static readonly IReadOnlyList<string> Statuses = ["pending", "shipped", "delivered", "cancelled"];

    private static readonly string[] s_givenNames =
    [
        "Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace",
        "Hedy", "Ivan", "Jean", "Ken", "Leslie", "Margaret", "Niklaus", "Radia",
    ];

    private static readonly string[] s_familyNames =
    [
        "Adler", "Brandt", "Costa", "Dubois", "Eriksen", "Ferrari", "Garcia", "Horvat",
        "Ivanov", "Jansen", "Kowalski", "Lindgren", "Moreau", "Novak", "Okafor", "Petrov",
    ];

    private static readonly string[] s_cities =
    [
        "Amsterdam", "Barcelona", "Copenhagen", "Dublin", "Edinburgh", "Florence",
        "Geneva", "Helsinki", "Istanbul", "Lisbon", "Munich", "Prague",
    ];

    private static readonly string[] s_materials = ["Steel", "Oak", "Brass", "Copper", "Linen", "Glass", "Cork", "Slate"];

    private static readonly string[] s_things = ["Lamp", "Chair", "Kettle", "Clock", "Shelf", "Basket", "Mirror", "Stool"];

    private static readonly DateOnly s_firstDay = new(2026, 1, 1);

    public static IEnumerable<Customer> MakeCustomers(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x637573746f6d6572);
        for (int id = 1; id <= Customers; id++)
        {
            string name = $"{Pick(s_givenNames, ref random)} {Pick(s_familyNames, ref random)}";
            yield return new Customer(id, name, Pick(s_cities, ref random), Pick(Tiers, ref random));
        }
    }

    public static IEnumerable<StockItem> MakeItems(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x6974656d);
        for (int id = 1; id <= Items; id++)
        {
            // The number picks material and thing, so that the 50 names differ.
            string name = $"{s_materials[id % 8]} {s_things[id / 8]}";
            yield return new StockItem(id, name, random.NextInt(500), 100 + random.NextInt(49_900));
        }
    }

    public static IEnumerable<Order> MakeOrders(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x6f72646572);
        for (int id = FirstOrder; id < FirstOrder + Orders; id++)
        {
            int customer = 1 + random.NextInt(Customers);
            int item = 1 + random.NextInt(Items);
            int quantity = 1 + random.NextInt(20);
            string status = Pick(Statuses, ref random);
            DateOnly ordered = s_firstDay.AddDays(random.NextInt(365));
            DateOnly due = ordered.AddDays(2 + random.NextInt(20));
            yield return new Order(id, customer, item, quantity, status, Day(ordered), Day(due));
        }
    }

    private static string Pick(IReadOnlyList<string> from, ref SplitMix64 random) => from[random.NextInt(from.Count)];

    private static string Day(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
