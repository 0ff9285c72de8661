using System.Text.Json.Serialization;

namespace NodeBox.Roles.Tools.Db;

/// <summary>Somebody who orders. Tier is one of <see cref="SeedData.Tiers"/>.</summary>
internal sealed record Customer(int CustomerId, string Name, string City, string Tier);

/// <summary>What is in stock of an item.</summary>
internal sealed record StockItem(int ItemId, string Name, int OnHand, int PriceCents);

/// <summary>One order. Status is one of <see cref="SeedData.Statuses"/>; dates are ISO 8601 days.</summary>
internal sealed record Order(int OrderId, int CustomerId, int ItemId, int Quantity, string Status, string OrderedOn, string DueOn);

/// <summary>A customer's orders, by number. <paramref name="Total"/> counts those beyond the limit too.</summary>
internal sealed record OrderList(long CustomerId, int Total, IReadOnlyList<Order> Orders);

/// <summary>What an update changed.</summary>
internal sealed record OrderUpdate(long OrderId, string PreviousStatus, string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(StockItem))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OrderList))]
[JsonSerializable(typeof(OrderUpdate))]
internal sealed partial class OrderJson : JsonSerializerContext;
