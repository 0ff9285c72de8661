using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NodeBox.Benchmarks.Llm;

/// <summary>A server of one model as a process of its own, and the client that streams completions from it.</summary>
internal sealed class Server : IDisposable
{
    private const string EventData = "data: ";
    private const string End = "data: [DONE]";

    private readonly Process _process;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly Uri _completions;

    public Server(string name, Process process, Uri completions)
    {
        Name = name;
        _process = process;
        _completions = completions;
    }

    public string Name { get; }

    /// <summary>Resident memory of the process and all that it started, in MB of 10^6 bytes.</summary>
    public double ResidentMb => ProcessTree.ResidentBytes(_process.Id) / 1e6;

    /// <summary>Asks and reads the answer to its end.</summary>
    /// <exception cref="InvalidOperationException">It did not answer with a stream of as many tokens as were asked for.</exception>
    public async Task<Answer> AskAsync(Ask ask, CancellationToken stop)
    {
        JsonObject body = new()
        {
            ["model"] = NodeServer.ModelName,
            ["prompt"] = ask.Prompt,
            ["max_tokens"] = ask.Tokens,
            ["temperature"] = 0,
            ["ignore_eos"] = true,
            ["stream"] = true,
            ["stream_options"] = new JsonObject { ["include_usage"] = true },
        };
        using HttpRequestMessage request = new(HttpMethod.Post, _completions)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        long begin = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        await using Stream stream = await response.Content.ReadAsStreamAsync(stop);
        using StreamReader reader = new(stream);
        List<long> at = [];
        List<string> events = [];
        while (await reader.ReadLineAsync(stop) is { } line && line != End)
        {
            if (line.StartsWith(EventData, StringComparison.Ordinal))
            {
                at.Add(Stopwatch.GetTimestamp());
                events.Add(line[EventData.Length..]);
            }
        }

        return response.IsSuccessStatusCode && at.Count == ask.Tokens + 1
            ? Read(begin, at, events)
            : throw new InvalidOperationException(
                $"{Name} answered {(int)response.StatusCode} and {at.Count} events to a request for {ask.Tokens} tokens: {events.LastOrDefault()}");
    }

    public void Dispose()
    {
        _http.Dispose();
        // Both kinds of server end when their standard input does.
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(15)))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    // The last event has the usage, the others a token each.
    private static Answer Read(long begin, List<long> at, List<string> events)
    {
        string text = string.Concat(events.SkipLast(1).Select(static data => JsonNode.Parse(data)!["choices"]![0]!["text"]!.GetValue<string>()));
        int prompt = JsonNode.Parse(events[^1])!["usage"]!["prompt_tokens"]!.GetValue<int>();
        return new Answer(begin, at[..^1], text, prompt);
    }
}
