using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeBox.Llama.Chat;
using NodeBox.Llama.Grammars;
using NodeBox.Llama.Inference;

namespace NodeBox.Llama.Tests.Inference;

public sealed class ToolCallGenerationTests(TestModel model)
{
    [Fact]
    public async Task Says_exactly_the_call_whose_arguments_are_constants()
    {
        var random = new Random(3);
        for (uint i = 0; i < 16; i++)
        {
            var wanted = new JsonObject
            {
                ["id"] = random.Next(-5, 100000),
                ["té\"xt"] = RandomText(random),
                ["flag"] = true,
                ["none"] = null,
                ["rate"] = 0.25,
                ["inner"] = new JsonObject { ["text"] = RandomText(random), ["empty"] = new JsonObject() },
            };

            (string name, JsonElement arguments) = await Call(Constant(wanted), i, temperature: i % 2 == 0 ? 0 : 2);

            Assert.Equal("lookup_order", name);
            Assert.True(JsonElement.DeepEquals(arguments, Json(wanted)), $"{arguments} instead of {wanted}");
        }
    }

    [Fact]
    public async Task Says_arguments_that_a_random_schema_allows()
    {
        var random = new Random(8);
        for (uint i = 0; i < 32; i++)
        {
            JsonObject schema = RandomObject(random, depth: 0);
            schema["$defs"] = new JsonObject { ["shared"] = new JsonObject { ["type"] = "integer", ["minimum"] = 7, ["maximum"] = 9 } };

            (_, JsonElement arguments) = await Call(schema, i, temperature: 1.5f);

            Assert.True(Allows(Json(schema), arguments), $"{arguments} for {schema.ToJsonString()}");
        }
    }

    [Fact]
    public async Task Begins_a_call_with_a_control_token_or_with_its_name()
    {
        var begins = new HashSet<string>();
        for (uint seed = 0; seed < 20; seed++)
        {
            Generation generation = model.Engine.Submit(new GenerationRequest
            {
                Prompt = model.Prompt("call it"),
                MaxTokens = 100,
                Grammar = ToolCallGrammar.Call([new ToolDefinition("a")], tags: new CallTags("<|im_start|>", "")),
                Sampling = new(3, TopK: 0, Seed: seed),
            });
            (string text, _) = await TestModel.ReadAsync(generation);

            begins.Add(text[..text.IndexOf('{')]);
            Assert.Equal([new ToolCallPiece(0, "a", "{}")], new ToolCallReader().Add(text));
        }

        // A control token is no text; a model that spells it out is understood as well.
        Assert.Equal(["", "<|im_start|>"], begins.Order());
    }

    [Fact]
    public async Task Says_several_calls_where_asked()
    {
        ToolDefinition[] tools = [new ToolDefinition("a"), new ToolDefinition("b", Parameters: Json(RandomObject(new Random(3), depth: 0)))];
        var counts = new HashSet<int>();
        for (uint seed = 0; seed < 12; seed++)
        {
            Generation generation = model.Engine.Submit(new GenerationRequest
            {
                Prompt = model.Prompt("call them"),
                MaxTokens = 4000,
                Grammar = ToolCallGrammar.Call(tools, most: 4),
                Sampling = new(3, TopK: 0, Seed: seed),
            });
            (string text, _) = await TestModel.ReadAsync(generation);
            ToolCallPiece[] names = [.. new ToolCallReader().Add(text).Where(piece => piece.Name is not null)];

            Assert.Equal(text.Split('\n').Length, names.Length);
            counts.Add(names.Length);
        }

        Assert.True(counts.Count > 1, string.Join(',', counts));
        Assert.InRange(counts.Max(), 2, 4);
    }

    [Fact]
    public async Task Begins_an_object_of_any_form()
    {
        for (uint seed = 0; seed < 4; seed++)
        {
            (string text, FinishReason? finish) = await TestModel.ReadAsync(model.Engine.Submit(new GenerationRequest
            {
                Prompt = model.Prompt("say it"),
                MaxTokens = 150,
                Grammar = JsonGrammar.AnyObject(),
                Sampling = new(seed, TopK: 0, Seed: seed),
            }));

            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), isFinalBlock: finish == FinishReason.Stop, default);
            Assert.True(reader.Read() && reader.TokenType == JsonTokenType.StartObject, text);
            while (reader.Read())
            {
            }
        }
    }

    private async Task<(string Name, JsonElement Arguments)> Call(JsonObject schema, uint seed, float temperature)
    {
        Generation generation = model.Engine.Submit(new GenerationRequest
        {
            Prompt = model.Prompt("call it"),
            MaxTokens = 7000,
            Grammar = ToolCallGrammar.Call([new ToolDefinition("lookup_order", Parameters: Json(schema))]),
            Sampling = new(temperature, Seed: seed),
        });
        (string text, FinishReason? finish) = await TestModel.ReadAsync(generation);
        Assert.Equal(FinishReason.Stop, finish);
        using JsonDocument call = JsonDocument.Parse(text);
        Assert.Equal(2, call.RootElement.EnumerateObject().Count());
        return (call.RootElement.GetProperty("name").GetString()!, call.RootElement.GetProperty("arguments").Clone());
    }

    /// <summary>The schema that allows only <paramref name="value"/>, as agents write it for a scripted decision.</summary>
    private static JsonObject Constant(JsonNode? value)
    {
        if (value is not JsonObject members)
        {
            return new JsonObject { ["const"] = value?.DeepClone() };
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Constant(member.Value)))),
            ["required"] = new JsonArray([.. members.Select(member => (JsonNode)member.Key)]),
            ["additionalProperties"] = false,
        };
    }

    private static JsonObject RandomObject(Random random, int depth)
    {
        string[] names = [.. Enumerable.Range(0, random.Next(4)).Select(i => $"p{i}")];
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create(name, (JsonNode?)RandomSchema(random, depth + 1)))),
            ["required"] = new JsonArray([.. names.Where(_ => random.Next(2) == 0).Select(name => (JsonNode)name)]),
        };
    }

    private static JsonObject RandomSchema(Random random, int depth)
    {
        int least = random.Next(-1000, 1000);
        int most = least + random.Next(1000);
        return random.Next(depth > 2 ? 6 : 11) switch
        {
            0 => new JsonObject { ["type"] = "string", ["maxLength"] = random.Next(20) },
            1 => new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most },
            2 => new JsonObject { ["type"] = "number", ["minimum"] = least, ["maximum"] = most },
            3 => new JsonObject { ["type"] = "boolean" },
            4 => new JsonObject { ["enum"] = new JsonArray("a", 2, null) },
            5 => new JsonObject { ["type"] = new JsonArray("null", "boolean") },
            6 => new JsonObject { ["anyOf"] = new JsonArray(RandomSchema(random, depth + 1), RandomSchema(random, depth + 1)) },
            7 => new JsonObject { ["$ref"] = "#/$defs/shared" },
            8 => new JsonObject { ["type"] = "string", ["format"] = "date" },
            9 => new JsonObject { ["type"] = "array", ["items"] = RandomSchema(random, depth + 1), ["maxItems"] = random.Next(4) },
            _ => RandomObject(random, depth),
        };
    }

    /// <summary>A validator of what <see cref="RandomSchema"/> makes.</summary>
    private static bool Allows(JsonElement schema, JsonElement value)
    {
        if (schema.TryGetProperty("enum", out JsonElement choices))
        {
            return choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value));
        }

        if (schema.TryGetProperty("anyOf", out JsonElement schemas))
        {
            return schemas.EnumerateArray().Any(one => Allows(one, value));
        }

        if (schema.TryGetProperty("$ref", out _))
        {
            return value.TryGetInt32(out int shared) && shared is >= 7 and <= 9;
        }

        JsonElement type = schema.GetProperty("type");
        return (type.ValueKind == JsonValueKind.Array ? "null or boolean" : type.GetString()) switch
        {
            "object" => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => Allows(schema.GetProperty("properties").GetProperty(member.Name), member.Value))
                && schema.GetProperty("required").EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
            "array" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= schema.GetProperty("maxItems").GetInt32()
                && value.EnumerateArray().All(item => Allows(schema.GetProperty("items"), item)),
            "string" when schema.TryGetProperty("format", out _) => value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out _),
            "string" => value.ValueKind == JsonValueKind.String && value.GetString()!.Length <= schema.GetProperty("maxLength").GetInt32(),
            "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int whole) && IsBetween(schema, whole),
            "number" => value.ValueKind == JsonValueKind.Number && IsBetween(schema, value.GetDecimal()),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            _ => value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null,
        };
    }

    private static bool IsBetween(JsonElement schema, decimal value) =>
        value >= schema.GetProperty("minimum").GetDecimal() && value <= schema.GetProperty("maximum").GetDecimal();

    private static string RandomText(Random random) => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.Next(4) switch
    {
        0 => char.ConvertFromUtf32(random.Next(0xE000, 0x10FFFF)),
        1 => ((char)random.Next(0, 0x300)).ToString(),
        _ => ((char)random.Next(' ', 0x7F)).ToString(),
    }));

    private static JsonElement Json(JsonNode node)
    {
        using JsonDocument document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
