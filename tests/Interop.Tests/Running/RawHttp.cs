using System.Text;
using System.Text.Json;

namespace NodeBox.Interop.Tests.Running;

/// <summary>Sends what it is told to, right or wrong. No answer may show the inside of the program, whatever it answers.</summary>
public sealed class RawHttp : IDisposable
{
    // Frames of a stack trace, and what ASP.NET Core's page for developers begins with.
    private static readonly string[] s_inside = ["   at ", "NodeBox.", "System.", "Microsoft.", "Exception", "<!DOCTYPE"];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Posts JSON, or what <paramref name="headers"/> say that it is.</summary>
    public Task<RawAnswer> PostAsync(Uri url, string body, params (string Name, string Value)[] headers) =>
        PostAsync(url, Encoding.UTF8.GetBytes(body), headers);

    /// <summary>Posts JSON, or what <paramref name="headers"/> say that it is.</summary>
    public async Task<RawAnswer> PostAsync(Uri url, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (request.Content.Headers.ContentType is null)
        {
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        AssertNothingOfTheInside(text);
        return new RawAnswer((int)response.StatusCode, text);
    }

    public static void AssertNothingOfTheInside(string answer) =>
        Assert.DoesNotContain(s_inside, inside => answer.Contains(inside, StringComparison.Ordinal));

    public void Dispose() => _http.Dispose();
}

/// <summary>An answer's status and body.</summary>
public sealed record RawAnswer(int Status, string Text)
{
    private const string EventData = "data:";

    /// <summary>The body, or the last event of a stream, as JSON.</summary>
    public JsonElement Json()
    {
        string? lastEvent = Text.Split('\n').LastOrDefault(static line => line.StartsWith(EventData, StringComparison.Ordinal));
        using JsonDocument document = JsonDocument.Parse(lastEvent?[EventData.Length..] ?? Text);
        return document.RootElement.Clone();
    }

    public JsonElement Error() => Json().GetProperty("error");
}
