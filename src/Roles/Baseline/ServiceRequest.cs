using System.Text.Json;

namespace NodeBox.Roles.Baseline;

/// <summary>What each service is asked. Besides these members a request may hold a string "padding", which means nothing.</summary>
/// <param name="OrderId">From 1000 to 1999.</param>
/// <param name="ItemId">From 1 to 50.</param>
/// <param name="Quantity">From 1 to 1000.</param>
internal sealed record ServiceRequest(int OrderId, int ItemId, int Quantity)
{
    /// <summary>A request's form as JSON Schema; what numbers there are, a service says when it is asked.</summary>
    public static readonly JsonElement Schema = JsonElement.Parse(
        """
        {"type":"object","properties":{"order_id":{"type":"integer"},"item_id":{"type":"integer"},"quantity":{"type":"integer"}},
        "required":["order_id","item_id","quantity"],"additionalProperties":false}
        """);

    private const int MaxQuantity = 1000;

    /// <exception cref="ProblemException">400: not exactly such a request; the message says where.</exception>
    public static ServiceRequest Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return Parse(document.RootElement);
        }
        catch (JsonException error)
        {
            throw ProblemException.BadRequest($"the body is not JSON: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.BadRequest("a name in the body is not Unicode text");
        }
    }

    private static ServiceRequest Parse(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            throw ProblemException.BadRequest("the body must be a JSON object");
        }

        foreach (JsonProperty member in body.EnumerateObject())
        {
            bool known = member.NameEquals("order_id") || member.NameEquals("item_id") || member.NameEquals("quantity");
            if (!known && !(member.NameEquals("padding") && member.Value.ValueKind == JsonValueKind.String))
            {
                throw ProblemException.BadRequest($"unknown field {member.Name}; known are order_id, item_id, quantity and a text padding");
            }
        }

        return new ServiceRequest(
            Integer(body, "order_id", Catalog.FirstOrder, Catalog.FirstOrder + Catalog.Orders - 1),
            Integer(body, "item_id", 1, Catalog.Items),
            Integer(body, "quantity", 1, MaxQuantity));
    }

    private static int Integer(JsonElement body, string name, int min, int max)
    {
        bool fits = body.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.Number
            && member.TryGetInt32(out int value) && value >= min && value <= max;
        return fits ? member.GetInt32() : throw ProblemException.BadRequest($"{name} must be an integer from {min} to {max}");
    }
}
