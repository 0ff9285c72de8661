using System.Globalization;
using System.Text.Json;
using NodeBox.Llama.Chat;

namespace NodeBox.Training.Domain;

/// <summary>
/// The functions that the testbed's agents offer, in their order and in the words of the roles that serve them: what a model was trained
/// to read must be what it gets to read.
/// </summary>
internal static class ToolList
{
    public const string Delegate = "delegate";
    public const string CallService = "call_service";
    public const string LookupCustomer = "db__lookup_customer";
    public const string LookupOrder = "db__lookup_order";
    public const string CheckStock = "db__check_stock";
    public const string SearchOrders = "db__search_orders";
    public const string UpdateOrderStatus = "db__update_order_status";
    public const string Work = "synthetic__work";

    public static readonly IReadOnlyList<string> Statuses = ["pending", "shipped", "delivered", "cancelled"];

    private const string CustomerId = """{"type":"integer","description":"The customer's number.","minimum":1,"maximum":MAX}""";
    private const string OrderId = """{"type":"integer","description":"The order's number.","minimum":1,"maximum":MAX}""";
    private const string ItemId = """{"type":"integer","description":"The item's number.","minimum":1,"maximum":MAX}""";
    private const string StatusNames = "[\"pending\",\"shipped\",\"delivered\",\"cancelled\"]";

    /// <param name="peer">The agent that may be delegated to.</param>
    /// <param name="maxId">The greatest id that the db tools take.</param>
    public static IReadOnlyList<ToolDefinition> Of(string peer, long maxId) =>
        [.. s_tools.Select(tool => Tool(tool.Name, tool.Description, Filled(tool.Properties, peer, maxId), tool.Required))];

    private static readonly (string Name, string Description, string Properties, string Required)[] s_tools =
    [
        (
            Delegate,
            "Sends a subtask to another agent and returns its answer.",
            """{"agent":{"type":"string","enum":["PEER"]},"text":{"type":"string","maxLength":400}}""",
            "[\"agent\",\"text\"]"),
        (
            CallService,
            "Calls a service by HTTP and returns its response.",
            """
            {"service":{"type":"string","enum":["gateway"]},"arguments":{"type":"object","properties":{"order_id":{"type":"integer"},"item_id":{"type":"integer"},"quantity":{"type":"integer"}},"required":["order_id","item_id","quantity"],"additionalProperties":false}}
            """,
            "[\"service\",\"arguments\"]"),
        (
            LookupCustomer,
            "Looks up a customer by number: name, city, tier.",
            """{"customer_id":CUSTOMER}""",
            "[\"customer_id\"]"),
        (
            LookupOrder,
            "Looks up an order by number: customer, item, quantity, status, dates.",
            """{"order_id":ORDER}""",
            "[\"order_id\"]"),
        (
            CheckStock,
            "Tells how many pieces of an item are on hand and what one costs, in cents.",
            """{"item_id":ITEM}""",
            "[\"item_id\"]"),
        (
            SearchOrders,
            "Lists a customer's orders by number, if asked only those with one status.",
            """
            {"customer_id":CUSTOMER,"status":{"type":"string","description":"Only orders with this status.","enum":STATUSES},"limit":{"type":"integer","description":"How many to list at most; 10 if not given.","minimum":1,"maximum":100}}
            """,
            "[\"customer_id\"]"),
        (
            UpdateOrderStatus,
            "Sets the status of an order and tells the previous one.",
            """
            {"order_id":ORDER,"status":{"type":"string","description":"The new status.","enum":STATUSES}}
            """,
            "[\"order_id\",\"status\"]"),
        (
            Work,
            "Waits, then returns exactly the asked-for number of payload bytes as text, or fails with the asked-for probability.",
            """
            {"latency_ms":{"type":"integer","description":"How long to wait before answering, in milliseconds.","minimum":0,"maximum":60000},"response_bytes":{"type":"integer","description":"Payload size of a successful answer, in bytes.","minimum":0,"maximum":8388608},"error_rate":{"type":"number","description":"Probability of failure.","minimum":0,"maximum":1},"seed":{"type":"integer","description":"Makes failure and payload repeatable.","minimum":0,"maximum":9007199254740991}}
            """,
            "[\"latency_ms\",\"response_bytes\",\"error_rate\"]"),
    ];

    private static string Filled(string properties, string peer, long maxId) => properties.Trim()
        .Replace("CUSTOMER", CustomerId, StringComparison.Ordinal)
        .Replace("ORDER", OrderId, StringComparison.Ordinal)
        .Replace("ITEM", ItemId, StringComparison.Ordinal)
        .Replace("STATUSES", StatusNames, StringComparison.Ordinal)
        .Replace("PEER", peer, StringComparison.Ordinal)
        .Replace("MAX", maxId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static ToolDefinition Tool(string name, string description, string properties, string required)
    {
        string schema = $"{{\"type\":\"object\",\"properties\":{properties},\"required\":{required},\"additionalProperties\":false}}";
        return new ToolDefinition(name, description, JsonDocument.Parse(schema).RootElement);
    }
}
