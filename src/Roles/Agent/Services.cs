using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NodeBox.A2A;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>Calls of services that are neither tools nor agents: the arguments are posted as JSON, the response is the result.</summary>
internal sealed class Services(AgentSettings settings, HttpClient http)
{
    public const string FunctionName = "call_service";

    private const int MaxResponseBytes = 64 << 20;
    private const int MaxErrorChars = 200;

    /// <summary>The function that calls a service, or none where the agent knows none.</summary>
    public IEnumerable<AgentFunction> Functions()
    {
        if (settings.Services.Count > 0)
        {
            const string does = "Calls a service by HTTP and returns its response.";
            var offer = new OfferedFunction(FunctionName, does, FunctionSchemas.CallService(settings.Services.Keys, settings.ServiceArguments));
            yield return new AgentFunction(offer, StepOf, CallAsync);
        }
    }

    private static TaskStep StepOf(JsonElement arguments) =>
        new(Service: arguments.GetProperty("service").GetString(), Arguments: arguments.GetProperty("arguments"));

    private Task<FunctionResult> CallAsync(Decision decision, string callId, CancellationToken cancellation)
    {
        string service = decision.Step.Service!;
        if (!settings.Services.TryGetValue(service, out Uri? url))
        {
            string known = string.Join(", ", settings.Services.Keys);
            throw new TaskFailedException($"{settings.Name} knows no service \"{service}\"; it knows: {known}");
        }

        return ClientSpan.RunAsync(CallKind.Service, $"POST {service}", settings.Name, async span =>
        {
            span.SetTag(SemanticConventions.HttpRequestMethod, "POST");
            span.SetTag(SemanticConventions.UrlPath, url.AbsolutePath);
            span.SetServer(url);
            string arguments = decision.Arguments.GetProperty("arguments").GetRawText();
            (int status, string body) = await PostAsync(url, arguments, cancellation).ConfigureAwait(false);
            span.SetTag(SemanticConventions.HttpResponseStatusCode, status);
            string begin = body[..Math.Min(body.Length, MaxErrorChars)];
            return status is >= 200 and < 300
                ? new FunctionResult(body)
                : throw new TaskFailedException($"service \"{service}\" at {url} answered HTTP {status}: {begin}");
        });
    }

    private async Task<(int Status, string Body)> PostAsync(Uri url, string json, CancellationToken cancellation)
    {
        using var content = new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        using HttpResponseMessage response = await http
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation)
            .ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellation).ConfigureAwait(false);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false));
    }
}
