using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace NodeBox.Roles.Tools.Mcp;

/// <summary>What a tool does with checked arguments. Throws <see cref="ToolFailedException"/> for a result with isError.</summary>
internal delegate ValueTask<CallToolResult> ToolBody(ToolArguments arguments, CancellationToken cancellation);

/// <summary>A tool whose input schema and argument checks come from one list of parameters.</summary>
internal sealed class CheckedTool : McpServerTool
{
    private readonly IReadOnlyList<ToolParameter> _parameters;
    private readonly ToolBody _body;

    /// <param name="name">The name that calls use.</param>
    /// <param name="description">What it does, for the model that chooses it.</param>
    /// <param name="parameters">Its parameters; a call with any other argument fails.</param>
    /// <param name="outputSchema">JSON Schema of the structured result, or null where the result is text only.</param>
    /// <param name="readOnly">Whether it leaves its environment as it was.</param>
    /// <param name="body">What it does.</param>
    public CheckedTool(
        string name, string description, IReadOnlyList<ToolParameter> parameters, string? outputSchema, bool readOnly, ToolBody body)
    {
        _parameters = parameters;
        _body = body;
        ProtocolTool = new Tool
        {
            Name = name,
            Description = description,
            InputSchema = InputSchema(parameters),
            OutputSchema = outputSchema is null ? null : JsonElement.Parse(outputSchema),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = readOnly,
                DestructiveHint = !readOnly,
                IdempotentHint = true,
                OpenWorldHint = false,
            },
        };
    }

    public override Tool ProtocolTool { get; }

    public override IReadOnlyList<object> Metadata => [];

    public override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _body(new ToolArguments(_parameters, request.Params?.Arguments), cancellationToken);
        }
        catch (ToolFailedException failure)
        {
            return new CallToolResult { IsError = true, Content = [new TextContentBlock { Text = failure.Message }] };
        }
    }

    /// <summary>A structured result, with the same JSON as text for clients that know only text.</summary>
    public static CallToolResult Structured(JsonElement content) => new()
    {
        StructuredContent = content,
        Content = [new TextContentBlock { Text = content.GetRawText() }],
    };

    private static JsonElement InputSchema(IReadOnlyList<ToolParameter> parameters)
    {
        using var bytes = new MemoryStream();
        using (var schema = new Utf8JsonWriter(bytes))
        {
            schema.WriteStartObject();
            schema.WriteString("type", "object");
            schema.WriteStartObject("properties");
            foreach (ToolParameter parameter in parameters)
            {
                parameter.WriteSchema(schema);
            }

            schema.WriteEndObject();
            schema.WriteStartArray("required");
            foreach (ToolParameter parameter in parameters.Where(static parameter => parameter.Required))
            {
                schema.WriteStringValue(parameter.Name);
            }

            schema.WriteEndArray();
            schema.WriteBoolean("additionalProperties", false);
            schema.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(bytes.ToArray());
        return document.RootElement.Clone();
    }
}
