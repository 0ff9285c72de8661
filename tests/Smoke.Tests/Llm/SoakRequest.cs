using System.Net;
using System.Text;

namespace NodeBox.Smoke.Tests.Llm;

/// <summary>A request of the soak, and the status that it gets where it is not refused for lack of room.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Body">What it says, right or wrong.</param>
/// <param name="Status">What it gets; null where the damage is by chance, so that any status below 500 is right.</param>
internal sealed record SoakRequest(string Path, byte[] Body, HttpStatusCode? Status)
{
    /// <summary>The largest body that the node takes, in bytes.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>Tokens of the node's context.</summary>
    public const int Context = 512;

    private const string Chat = "/v1/chat/completions";
    private const string Completion = "/v1/completions";
    private const string Begin = "{\"model\":\"testbed\",\"messages\":[{\"role\":\"user\",\"content\":\"look up the order ";
    private const string Tool = """{"type":"function","function":{"name":"lookup","parameters":{"type":"object","properties":{"id":{"type":"integer","minimum":1,"maximum":99}},"required":["id"],"additionalProperties":false}}}""";

    /// <summary>Whether its body is larger than the node reads: the connection may end before all of it is sent.</summary>
    public bool IsOversize => Body.Length > MostBytes;

    public static SoakRequest Draw(Random random)
    {
        string words = Repeat(" stock", random.Next(60));
        string stream = random.Next(2) == 0 ? ",\"stream\":true" : "";
        string tokens = $",\"max_tokens\":{random.Next(1, 120)}{stream}}}";
        return random.Next(16) switch
        {
            0 => Of(Chat, "{\"model\":", HttpStatusCode.BadRequest),
            1 => Of(Chat, $"{Begin}{new string('x', 2 * MostBytes)}\"}}]}}", HttpStatusCode.RequestEntityTooLarge),
            2 => Of(Chat, $"{Begin}{Repeat(" stock", Context)}\"}}]}}", HttpStatusCode.BadRequest),
            3 => Of(Chat, $"{Begin}\"}}],\"temperature\":9}}", HttpStatusCode.BadRequest),
            4 => Of(Chat, $"{Begin}\"}}],\"tools\":[{Tool}],\"tool_choice\":\"lookup\"}}", HttpStatusCode.BadRequest),
            5 => Of(Chat, "{\"model\":\"other\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", HttpStatusCode.NotFound),
            6 => Of("/v1/images/generations", "{}", HttpStatusCode.NotFound),
            7 => new SoakRequest(Chat, Damaged(random, $"{Begin}\"}}],\"max_tokens\":4{stream}}}"), null),
            8 => Of("/v1/embeddings", $"{{\"model\":\"testbed\",\"input\":\"look{words}\"}}", HttpStatusCode.OK),
            9 => Of("/tokenize", $"{{\"prompt\":\"look{words}\"}}", HttpStatusCode.OK),
            10 => Of(Chat, $"{Begin}{words}\"}}],\"tools\":[{Tool}],\"tool_choice\":\"required\"{stream}}}", HttpStatusCode.OK),
            11 => Of(Chat, $"{Begin}{words}\"}}],\"response_format\":{{\"type\":\"json_object\"}}{tokens}", HttpStatusCode.OK),
            12 or 13 => Of(Completion, $"{{\"model\":\"testbed\",\"prompt\":\"look{words}\"{tokens}", HttpStatusCode.OK),
            _ => Of(Chat, $"{Begin}{words}\"}}]{tokens}", HttpStatusCode.OK),
        };
    }

    private static SoakRequest Of(string path, string body, HttpStatusCode status) => new(path, Encoding.UTF8.GetBytes(body), status);

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static byte[] Damaged(Random random, string good)
    {
        byte[] bad = Encoding.UTF8.GetBytes(good);
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
        }

        return random.Next(3) == 0 ? bad[..random.Next(bad.Length)] : bad;
    }
}
