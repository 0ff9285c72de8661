using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using NodeBox.Telemetry.Http;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Baseline;

/// <summary>Calls one service from the one before it.</summary>
internal sealed class NextHop(BaselineService service, Uri url, TimeSpan timeout, CutSlice cut) : IDisposable
{
    // Room for the status line of a failing hop's problem document, or for whatever a stranger at that address answers.
    private const int UnpaddedLimit = 64 << 10;

    private readonly CallConnections _connections = new(cut);

    /// <summary>What the service and those after it found out.</summary>
    /// <exception cref="ProblemException">502: it could not be called or did not answer as it should; the message says why.</exception>
    public async Task<IReadOnlyList<ServiceFinding>> CallAsync(ServiceRequest request, CancellationToken cancellation)
    {
        // Without a trace there is no task to count the call for.
        using TaskConnections connections = _connections.Lease();
        using Activity? call = Spans.Current is null ? null : StartSpan();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            return await SendAsync(connections.Http, request, call, deadline.Token);
        }
        catch (ProblemException problem)
        {
            call.Fail("bad_answer", problem.Message);
            throw;
        }
        catch (HttpRequestException error)
        {
            call.Fail(error.HttpRequestError.ToString(), error.Message);
            throw ProblemException.BadHop(service.Name, $"{url}: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            string reason = deadline.IsCancellationRequested ? $"no answer within {timeout.TotalMilliseconds} ms" : "no connection in time";
            call.Fail("timeout", reason);
            throw ProblemException.BadHop(service.Name, $"{url}: {reason}");
        }
        catch (OperationCanceledException)
        {
            call.Fail("cancelled", "the caller went away");
            throw;
        }
    }

    public void Dispose() => _connections.Dispose();

    private Activity StartSpan()
    {
        Activity call = Spans.StartCall(CallKind.Service, $"POST {service.Name}");
        call.SetTag(SemanticConventions.HttpRequestMethod, "POST");
        call.SetTag(SemanticConventions.ServerAddress, url.Host);
        call.SetTag(SemanticConventions.ServerPort, url.Port);
        return call;
    }

    private async Task<IReadOnlyList<ServiceFinding>> SendAsync(
        HttpClient http, ServiceRequest request, Activity? call, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(Padding.Serialize(request, BaselineJson.Default.ServiceRequest, service.RequestBytes));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        http.MaxResponseContentBufferSize = service.ResponseBytes + UnpaddedLimit;
        using HttpResponseMessage response = await http.PostAsync(url, content, cancellation);
        byte[] body = await response.Content.ReadAsByteArrayAsync(cancellation);
        call?.SetTag(SemanticConventions.HttpResponseStatusCode, (int)response.StatusCode);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw Refused((int)response.StatusCode, body);
        }

        try
        {
            ServiceAnswer? answer = JsonSerializer.Deserialize(body, BaselineJson.Default.ServiceAnswer);
            return answer?.Findings ?? throw new JsonException("it is null");
        }
        catch (JsonException error)
        {
            throw ProblemException.BadHop(service.Name, $"{url}: its answer is none: {error.Message}");
        }
    }

    // The first service that failed is named by all those before it.
    private ProblemException Refused(int status, byte[] body)
    {
        try
        {
            if (JsonSerializer.Deserialize(body, BaselineJson.Default.Problem) is { } problem)
            {
                return problem.Hop is null
                    ? ProblemException.BadHop(service.Name, $"{url}: status {status}: {problem.Detail}")
                    : new ProblemException((int)HttpStatusCode.BadGateway, problem.Detail, problem.Hop);
            }
        }
        catch (JsonException)
        {
            // No problem document: the status says what there is to say.
        }

        return ProblemException.BadHop(service.Name, $"{url}: status {status}");
    }
}
