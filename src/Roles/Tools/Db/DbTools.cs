using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol.Protocol;
using NodeBox.Roles.Tools.Mcp;

namespace NodeBox.Roles.Tools.Db;

/// <summary>The order database's tools.</summary>
internal static class DbTools
{
    /// <summary>Whoever asks may ask for any number of twelve digits; what there is has at most four.</summary>
    private const long MaxId = 999_999_999_999;

    private const int MaxFound = 100;
    private const int DefaultFound = 10;

    private const string OrderProperties = """
        "order_id":{"type":"integer"},"customer_id":{"type":"integer"},"item_id":{"type":"integer"},"quantity":{"type":"integer"},
        "status":{"type":"string"},"ordered_on":{"type":"string"},"due_on":{"type":"string"}
        """;

    private static readonly ToolParameter s_customerId = ToolParameter.Integer("customer_id", "The customer's number.", 1, MaxId);
    private static readonly ToolParameter s_orderId = ToolParameter.Integer("order_id", "The order's number.", 1, MaxId);
    private static readonly ToolParameter s_itemId = ToolParameter.Integer("item_id", "The item's number.", 1, MaxId);

    public static IReadOnlyList<CheckedTool> Over(OrderDatabase database) =>
    [
        new CheckedTool(
            "lookup_customer",
            "Looks up a customer by number: name, city, tier.",
            [s_customerId],
            Object("""
                "customer_id":{"type":"integer"},"name":{"type":"string"},"city":{"type":"string"},"tier":{"type":"string"}
                """),
            readOnly: true,
            (call, _) => Found(database.FindCustomer(Id(call, "customer_id")), OrderJson.Default.Customer, call, "customer")),
        new CheckedTool(
            "lookup_order",
            "Looks up an order by number: customer, item, quantity, status, dates.",
            [s_orderId],
            Object(OrderProperties),
            readOnly: true,
            (call, _) => Found(database.FindOrder(Id(call, "order_id")), OrderJson.Default.Order, call, "order")),
        new CheckedTool(
            "check_stock",
            "Tells how many pieces of an item are on hand and what one costs, in cents.",
            [s_itemId],
            Object("""
                "item_id":{"type":"integer"},"name":{"type":"string"},"on_hand":{"type":"integer"},"price_cents":{"type":"integer"}
                """),
            readOnly: true,
            (call, _) => Found(database.FindItem(Id(call, "item_id")), OrderJson.Default.StockItem, call, "item")),
        new CheckedTool(
            "search_orders",
            "Lists a customer's orders by number, if asked only those with one status.",
            [
                s_customerId,
                ToolParameter.Choice("status", "Only orders with this status.", SeedData.Statuses, required: false),
                ToolParameter.Integer("limit", $"How many to list at most; {DefaultFound} if not given.", 1, MaxFound, required: false),
            ],
            Object($$"""
                "customer_id":{"type":"integer"},"total":{"type":"integer"},"orders":{"type":"array","items":{{Object(OrderProperties)}}}
                """),
            readOnly: true,
            (call, _) => Search(database, call)),
        new CheckedTool(
            "update_order_status",
            "Sets the status of an order and tells the previous one.",
            [s_orderId, ToolParameter.Choice("status", "The new status.", SeedData.Statuses)],
            Object("""
                "order_id":{"type":"integer"},"previous_status":{"type":"string"},"status":{"type":"string"}
                """),
            readOnly: false,
            (call, _) => Found(
                database.UpdateOrderStatus(Id(call, "order_id"), call.Text("status")), OrderJson.Default.OrderUpdate, call, "order")),
    ];

    private static ValueTask<CallToolResult> Search(OrderDatabase database, ToolArguments arguments)
    {
        long customer = Id(arguments, "customer_id");
        if (database.FindCustomer(customer) is null)
        {
            throw new ToolFailedException($"no customer {customer}");
        }

        OrderList found = database.SearchOrders(customer, arguments.TextOrNull("status"), (int)arguments.IntegerOr("limit", DefaultFound));
        return ValueTask.FromResult(CheckedTool.Structured(JsonSerializer.SerializeToElement(found, OrderJson.Default.OrderList)));
    }

    private static ValueTask<CallToolResult> Found<T>(T? record, JsonTypeInfo<T> type, ToolArguments arguments, string what)
        where T : class
    {
        if (record is null)
        {
            throw new ToolFailedException($"no {what} {Id(arguments, $"{what}_id")}");
        }

        return ValueTask.FromResult(CheckedTool.Structured(JsonSerializer.SerializeToElement(record, type)));
    }

    private static long Id(ToolArguments arguments, string name) => arguments.Integer(name);

    // Every property of every result is always there.
    private static string Object(string properties)
    {
        using JsonDocument document = JsonDocument.Parse($"{{{properties}}}");
        string required = string.Join(',', document.RootElement.EnumerateObject().Select(static property => $"\"{property.Name}\""));
        return $$"""{"type":"object","properties":{{{properties}}},"required":[{{required}}]}""";
    }
}
