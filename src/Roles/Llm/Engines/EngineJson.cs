using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Engines;

/// <summary>JSON between a node and the processes of its models, which are of the same version.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineOrder))]
[JsonSerializable(typeof(EngineReply))]
internal sealed partial class EngineJson : JsonSerializerContext
{
    private static EngineJson? s_relaxed;

    /// <summary>For what is written: nothing of it gets into HTML, and grammars are full of quotes.</summary>
    public static EngineJson Relaxed => s_relaxed ??= new EngineJson(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
