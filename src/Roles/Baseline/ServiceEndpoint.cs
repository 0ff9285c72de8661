using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeBox.Telemetry;
using NodeBox.Telemetry.Tracing;

namespace NodeBox.Roles.Baseline;

/// <summary>Serves one service of the chain.</summary>
/// <param name="service">Its settings.</param>
/// <param name="catalog">What it looks up.</param>
/// <param name="next">The service after it, or null for the last.</param>
internal sealed class ServiceEndpoint(BaselineService service, Catalog catalog, NextHop? next)
{
    private const int MaxRequestBytes = 9 << 20;

    public async Task ServeAsync(HttpContext context)
    {
        if (Spans.Served is { } span)
        {
            span.DisplayName = $"POST {service.Name}";
        }

        try
        {
            ServiceRequest request = ServiceRequest.Parse(await ReadAsync(context.Request));
            await Task.Delay(TimeFor(request), context.RequestAborted);
            ServiceFinding own = catalog.Find(service.Name, request);
            IReadOnlyList<ServiceFinding> others = next is null ? [] : await next.CallAsync(request, context.RequestAborted);
            await AnswerAsync(context.Response, new ServiceAnswer(request.OrderId, request.ItemId, request.Quantity, [own, .. others]));
        }
        catch (ProblemException problem)
        {
            await problem.WriteAsync(context.Response);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away; there is nobody to answer.
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json");
        }

        try
        {
            return await RequestBody.ReadAsync(request.HttpContext, MaxRequestBytes)
                ?? throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {MaxRequestBytes} bytes");
        }
        catch (BadHttpRequestException error)
        {
            throw new ProblemException(error.StatusCode, error.Message);
        }
    }

    private async Task AnswerAsync(HttpResponse response, ServiceAnswer answer)
    {
        byte[] body = Padding.Serialize(answer, BaselineJson.Default.ServiceAnswer, service.ResponseBytes);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }

    private TimeSpan TimeFor(ServiceRequest request)
    {
        ulong content = ((ulong)request.OrderId << 32) ^ ((ulong)request.ItemId << 16) ^ (ulong)request.Quantity;
        var random = new SplitMix64(service.JitterSeed ^ content);
        double share = random.NextDouble();
        return service.Distribution switch
        {
            ServiceTimeDistribution.Uniform => service.ServiceTime * 2 * share,
            ServiceTimeDistribution.Exponential => service.ServiceTime * -Math.Log(1 - share),
            _ => service.ServiceTime,
        };
    }
}
