using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NodeBox.Roles.Tests.Tools;

/// <summary>An HTTP answer of an MCP server. Body is the JSON-RPC message, or undefined where there is none.</summary>
internal sealed record RawAnswer(int Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public int ErrorCode => Body.GetProperty("error").GetProperty("code").GetInt32();

    public string ErrorMessage => Body.GetProperty("error").GetProperty("message").GetString()!;
}

/// <summary>Speaks Streamable HTTP by hand, so that it can be spoken wrongly.</summary>
internal sealed class RawMcp(Uri url) : IDisposable
{
    public const string Initialize = """
        {"jsonrpc":"2.0","id":1,"method":"initialize",
         "params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"raw","version":"1"}}}
        """;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>The headers that a correct POST has; a null value leaves the header out.</summary>
    public static Dictionary<string, string?> Headers(params (string Name, string? Value)[] others)
    {
        var headers = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Content-Type"] = "application/json",
            ["Accept"] = "application/json, text/event-stream",
        };
        foreach ((string name, string? value) in others)
        {
            headers[name] = value;
        }

        return headers;
    }

    /// <summary>A request of revision 2026-07-28. Further members of params and of _meta end in a comma.</summary>
    public static string Modern(string method, string members = "", string meta = "")
    {
        const string Required = """
            "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}
            """;
        return $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{{{{members}}}"_meta":{ {{{meta}}}{{{Required}}} } } }""";
    }

    public static Dictionary<string, string?> ModernHeaders(string method, params (string Name, string? Value)[] others) =>
        Headers([("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method), .. others]);

    public async Task<RawAnswer> SendAsync(
        HttpMethod method, ReadOnlyMemory<byte> body, Dictionary<string, string?> headers, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(method, url);
        if (method == HttpMethod.Post)
        {
            request.Content = new ReadOnlyMemoryContent(body);
        }

        foreach ((string name, string? value) in headers.Where(static header => header.Value is not null))
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await _http.SendAsync(request, cancellation);
        string text = await response.Content.ReadAsStringAsync(cancellation);
        return new RawAnswer((int)response.StatusCode, Message(response.Content.Headers.ContentType?.MediaType, text), response.Headers);
    }

    public Task<RawAnswer> PostAsync(string body, Dictionary<string, string?> headers) =>
        SendAsync(HttpMethod.Post, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>Opens a session and returns its id.</summary>
    public async Task<string> OpenSessionAsync()
    {
        RawAnswer answer = await PostAsync(Initialize, Headers());
        Assert.Equal(200, answer.Status);
        return answer.Headers.GetValues("Mcp-Session-Id").Single();
    }

    public void Dispose() => _http.Dispose();

    private static JsonElement Message(string? type, string text)
    {
        const string Data = "data:";
        string? json = type switch
        {
            "application/json" => text,
            "text/event-stream" => text.Split('\n').LastOrDefault(static line => line.StartsWith(Data))?[Data.Length..],
            _ => null,
        };
        return json is null ? default : JsonElement.Parse(json);
    }
}
