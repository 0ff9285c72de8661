using System.Text.Json;

namespace NodeBox.Roles;

/// <summary>Finds what is JSON and yet no text.</summary>
internal static class JsonText
{
    /// <summary>
    /// Where a text of a document has half of a surrogate pair, in bytes; null if nowhere. <see cref="JsonElement.GetString"/> would throw
    /// wherever it is read.
    /// </summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static long? HalfSurrogateAt(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
            {
                continue;
            }

            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return reader.TokenStartIndex;
            }
        }

        return null;
    }
}
