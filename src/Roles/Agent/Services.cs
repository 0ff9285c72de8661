using System.Net.Http.Headers;
using System.Text;
using NodeBox.Roles.Agent.Chat;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Agent;

/// <summary>Calls of services that are neither tools nor agents: the arguments are posted as JSON, the response is the result.</summary>
internal sealed class Services(AgentSettings settings, HttpClient http)
{
    public const string FunctionName = "call_service";

    private const int MaxResponseBytes = 64 << 20;

    /// <summary>The function that calls a service, or none where the agent knows none.</summary>
    public IEnumerable<AgentFunction> Functions()
    {
        if (settings.Services.Count > 0)
        {
            var offer = new OfferedFunction(FunctionName, "Calls a service by HTTP and returns its response.", FunctionSchemas.CallService(settings.Services.Keys));
            yield return new AgentFunction(offer, CallAsync);
        }
    }

    private Task<string> CallAsync(DecidedCall decided, CancellationToken cancellation)
    {
        string service = decided.Step.Service!;
        if (!settings.Services.TryGetValue(service, out Uri? url))
        {
            throw new TaskFailedException($"{settings.Name} knows no service \"{service}\"; it knows: {string.Join(", ", settings.Services.Keys)}");
        }

        return ClientSpan.RunAsync(CallKind.Service, $"POST {service}", settings.Name, async span =>
        {
            span.SetTag(SemanticConventions.HttpRequestMethod, "POST");
            span.SetTag(SemanticConventions.UrlPath, url.AbsolutePath);
            span.SetServer(url);
            using var request = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = new StringContent(decided.Arguments.GetProperty("arguments").GetRawText(), Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            };
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            await response.Content.LoadIntoBufferAsync(MaxResponseBytes, cancellation).ConfigureAwait(false);
            span.SetTag(SemanticConventions.HttpResponseStatusCode, (int)response.StatusCode);
            string body = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? body
                : throw new TaskFailedException($"service \"{service}\" at {url} answered HTTP {(int)response.StatusCode}: {body[..Math.Min(body.Length, 200)]}");
        });
    }
}
