using System.Globalization;
using System.Text;

namespace NodeBox.Training.Domain;

/// <summary>What tools and services say, in the form in which the testbed's roles say it. What they say is drawn.</summary>
internal sealed class World(Draw draw)
{
    /// <summary>As the agents' default: what is longer is cut, and says so.</summary>
    private const int ResultLimit = 500;

    private const string Payload = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly string[] s_cities =
    [
        "Amsterdam", "Barcelona", "Copenhagen", "Dublin", "Edinburgh", "Florence", "Geneva", "Helsinki", "Istanbul", "Lisbon", "Munich",
        "Prague",
    ];

    private static readonly string[] s_tiers = ["bronze", "silver", "gold"];

    private static readonly string[] s_materials = ["Steel", "Oak", "Brass", "Copper", "Linen", "Glass", "Cork", "Slate"];

    private static readonly string[] s_things = ["Lamp", "Chair", "Kettle", "Clock", "Shelf", "Basket", "Mirror", "Stool"];

    public (Step Step, string Fact) Order(string order)
    {
        string arguments = $"{{\"order_id\":{order}}}";
        if (IsMissing(order))
        {
            return (new Step(ToolList.LookupOrder, arguments, $"error: no order {order}"), $"there is no order {order}");
        }

        string status = draw.Pick(ToolList.Statuses);
        return (new Step(ToolList.LookupOrder, arguments, OrderJson(order, draw.Customer(), status)), $"order {order} is {status}");
    }

    public (Step Step, string Fact) Customer(string customer)
    {
        string arguments = $"{{\"customer_id\":{customer}}}";
        if (IsMissing(customer))
        {
            return (new Step(ToolList.LookupCustomer, arguments, $"error: no customer {customer}"), $"there is no customer {customer}");
        }

        string name = draw.Name();
        string city = draw.Pick(s_cities);
        string result = $"{{\"customer_id\":{customer},\"name\":\"{name}\",\"city\":\"{city}\",\"tier\":\"{draw.Pick(s_tiers)}\"}}";
        return (new Step(ToolList.LookupCustomer, arguments, result), $"customer {customer} is {name} of {city}");
    }

    public (Step Step, string Fact) Stock(string item)
    {
        string arguments = $"{{\"item_id\":{item}}}";
        if (IsMissing(item))
        {
            return (new Step(ToolList.CheckStock, arguments, $"error: no item {item}"), $"there is no item {item}");
        }

        string name = $"{draw.Pick(s_materials)} {draw.Pick(s_things)}";
        string onHand = draw.Amount(3);
        string price = draw.Amount(5);
        string result = $"{{\"item_id\":{item},\"name\":\"{name}\",\"on_hand\":{onHand},\"price_cents\":{price}}}";
        return (new Step(ToolList.CheckStock, arguments, result), $"{onHand} pieces of item {item} are on hand for {price} cents");
    }

    public (Step Step, string Fact) Search(string customer, string? status, string? limit)
    {
        string filter = (status is null ? "" : $",\"status\":\"{status}\"") + (limit is null ? "" : $",\"limit\":{limit}");
        string arguments = $"{{\"customer_id\":{customer}{filter}}}";
        if (IsMissing(customer))
        {
            return (new Step(ToolList.SearchOrders, arguments, $"error: no customer {customer}"), $"there is no customer {customer}");
        }

        int total = draw.Next(7);
        int listed = limit is null ? total : Math.Min(total, int.Parse(limit, CultureInfo.InvariantCulture));
        IEnumerable<string> orders = Enumerable.Range(0, listed)
            .Select(_ => OrderJson(draw.Order(), customer, status ?? draw.Pick(ToolList.Statuses)));
        string result = $"{{\"customer_id\":{customer},\"total\":{total},\"orders\":[{string.Join(',', orders)}]}}";
        string kind = status is null ? "" : $"{status} ";
        return (new Step(ToolList.SearchOrders, arguments, Shorten(result)), $"customer {customer} has {total} {kind}orders");
    }

    public (Step Step, string Fact) Update(string order, string status)
    {
        string arguments = $"{{\"order_id\":{order},\"status\":\"{status}\"}}";
        if (IsMissing(order))
        {
            return (new Step(ToolList.UpdateOrderStatus, arguments, $"error: no order {order}"), $"there is no order {order}");
        }

        string result = $"{{\"order_id\":{order},\"previous_status\":\"{draw.Pick(ToolList.Statuses)}\",\"status\":\"{status}\"}}";
        return (new Step(ToolList.UpdateOrderStatus, arguments, result), $"order {order} is now {status}");
    }

    public (Step Step, string Fact) Risk(string customer) =>
        (WorkStep("20", "2048", customer), $"the risk of customer {customer} is rated");

    public (Step Step, string Fact) Work(string milliseconds, string bytes, string seed) =>
        (WorkStep(milliseconds, bytes, seed), $"the work with seed {seed} is done");

    public (Step Step, string Fact) Deliver(string order, string item, string quantity)
    {
        string asked = $"\"order_id\":{order},\"item_id\":{item},\"quantity\":{quantity}";
        string arguments = $"{{\"service\":\"gateway\",\"arguments\":{{{asked}}}}}";
        bool available = !draw.OneIn(3);
        string total = draw.Amount(7);
        string orders = $"\"service\":\"orders\",\"customer_id\":{draw.Customer()},\"ordered_quantity\":{draw.Amount(2)}";
        string stock = $"\"service\":\"stock\",\"on_hand\":{draw.Amount(3)},\"available\":{(available ? "true" : "false")}";
        string pricing = $"\"service\":\"pricing\",\"unit_price_cents\":{draw.Amount(5)},\"total_cents\":{total}";
        string findings = $"{{\"service\":\"gateway\"}},{{{orders}}},{{{stock}}},{{{pricing}}}";
        string result = $"{{{asked},\"findings\":[{findings}]}}";
        int padding = draw.Pick([512, 512, 0, 640, 1024]) - result.Length - 14;
        if (padding > 0)
        {
            result = $"{result[..^1]},\"padding\":\"{new string('x', padding)}\"}}";
        }

        string fact = available
            ? $"{quantity} pieces of item {item} can be delivered for {total} cents"
            : $"{quantity} pieces of item {item} cannot be delivered";
        return (new Step(ToolList.CallService, arguments, Shorten(result)), fact);
    }

    public static Step Handed(string agent, string text, string answer) =>
        new(ToolList.Delegate, $"{{\"agent\":\"{agent}\",\"text\":\"{text}\"}}", answer);

    private static string Shorten(string result) =>
        result.Length <= ResultLimit ? result : Cut(result[..ResultLimit], result.Length - ResultLimit);

    private static string Cut(string result, int rest) => $"{result}… ({rest} more characters)";

    // An id as the database has them mostly exists, a long one never.
    private bool IsMissing(string id) => draw.OneIn(id.Length > 4 ? 3 : 8);

    private Step WorkStep(string milliseconds, string bytes, string seed)
    {
        string arguments = $"{{\"latency_ms\":{milliseconds},\"response_bytes\":{bytes},\"error_rate\":0,\"seed\":{seed}}}";
        int size = int.Parse(bytes, CultureInfo.InvariantCulture);

        // Payload teaches nothing, so most of it is left out of what is learnt from; some is there, so that it disturbs nothing either.
        int shown = draw.Difficulty.WholeResults || draw.OneIn(6) ? Math.Min(size, ResultLimit) : Math.Min(size, 1 + draw.Next(40));
        var payload = new StringBuilder();
        for (int i = 0; i < shown; i++)
        {
            payload.Append(Payload[draw.Next(Payload.Length)]);
        }

        string result = size > ResultLimit ? Cut(payload.ToString(), size - ResultLimit) : payload.ToString();
        return new Step(ToolList.Work, arguments, result);
    }

    private string OrderJson(string order, string customer, string status) =>
        $"{{\"order_id\":{order},\"customer_id\":{customer},\"item_id\":{draw.Item()},\"quantity\":{draw.Amount(2)},"
        + $"\"status\":\"{status}\",\"ordered_on\":\"{Day()}\",\"due_on\":\"{Day()}\"}}";

    private string Day() =>
        string.Create(CultureInfo.InvariantCulture, $"{2026 + draw.Next(2)}-{draw.Between(1, 12):00}-{draw.Between(1, 28):00}");
}
