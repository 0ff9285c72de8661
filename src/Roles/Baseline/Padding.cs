using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NodeBox.Roles.Baseline;

/// <summary>Makes messages of an exact size.</summary>
internal static class Padding
{
    /// <summary>
    /// <paramref name="message"/>, an object with members, as JSON of <paramref name="bytes"/> bytes: the last member is a string "padding"
    /// of that length. With 0 bytes there is no padding.
    /// </summary>
    /// <exception cref="InvalidOperationException">The message is longer than that; settings that pass their checks prevent it.</exception>
    public static byte[] Serialize<T>(T message, JsonTypeInfo<T> type, int bytes)
    {
        ReadOnlySpan<byte> before = ",\"padding\":\""u8;
        ReadOnlySpan<byte> after = "\"}"u8;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        if (bytes == 0)
        {
            return json;
        }

        int content = json.Length - 1;
        int fill = bytes - content - before.Length - after.Length;
        if (fill < 0)
        {
            throw new InvalidOperationException($"a message of {json.Length} bytes does not fit into {bytes}");
        }

        byte[] padded = new byte[bytes];
        json.AsSpan(0, content).CopyTo(padded);
        before.CopyTo(padded.AsSpan(content));
        padded.AsSpan(content + before.Length, fill).Fill((byte)'x');
        after.CopyTo(padded.AsSpan(bytes - after.Length));
        return padded;
    }
}
