using NodeBox.Training.Domain;

namespace NodeBox.Training.Evaluation;

/// <summary>Requests in words that the model was never trained on. It was not made for these; the measure says how far it is from them.</summary>
internal static class OtherWords
{
    private static readonly string[] s_order =
    [
        "Any news about order {o}?", "order {o} pls", "I wonder how order {o} is doing.", "Give me everything on order no. {o}.",
        "My parcel is late, the order is {o}.", "Would you kindly inspect order {o}?",
    ];

    private static readonly string[] s_customer =
    [
        "Remind me what customer {c} is called.", "Pull up the file of customer {c}.", "Whom do we know as customer {c}?",
    ];

    private static readonly string[] s_stock =
    [
        "Do we still have any of item {i}?", "Item {i}: how many remain?", "Are we out of item {i} already?",
    ];

    private static readonly string[] s_update = ["Order {o} must be {s} from today.", "Flag order {o} as {s}, would you?"];

    /// <summary>Draws a request for one thing.</summary>
    public static Dialogue Next(Setting setting, Draw draw)
    {
        var world = new World(draw);
        string id = draw.Next(2) == 0 ? draw.Order() : draw.Customer();
        string status = draw.Pick(ToolList.Statuses);
        (string text, (Step step, string fact)) = draw.Next(14) switch
        {
            < 6 => (draw.Pick(s_order), world.Order(id)),
            < 9 => (draw.Pick(s_customer), world.Customer(id)),
            < 12 => (draw.Pick(s_stock), world.Stock(id)),
            _ => (draw.Pick(s_update), world.Update(id, status)),
        };
        string request = text.Replace("{o}", id).Replace("{c}", id).Replace("{i}", id).Replace("{s}", status);
        return new Dialogue(setting, request, [step], fact + ".");
    }
}
