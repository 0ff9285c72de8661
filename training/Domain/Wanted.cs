namespace NodeBox.Training.Domain;

/// <summary>The values of a request for more pieces on an order.</summary>
internal sealed class Wanted(Draw draw)
{
    public string Order { get; } = draw.Order();

    public string Customer { get; } = draw.Customer();

    public string Item { get; } = draw.Item();

    public string Quantity { get; } = draw.Amount(2);

    /// <summary>What the coordinator asks the other agent for.</summary>
    public string Subtask =>
        $"Look up order {Order}, rate the risk of customer {Customer}, and check {Quantity} pieces of item {Item}.";

    public string Fill(string phrase) => phrase
        .Replace("{o}", Order)
        .Replace("{c}", Customer)
        .Replace("{i}", Item)
        .Replace("{q}", Quantity);
}
