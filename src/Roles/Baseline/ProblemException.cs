using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace NodeBox.Roles.Baseline;

/// <summary>The request cannot be answered. It becomes a problem document (RFC 9457).</summary>
/// <param name="status">HTTP status.</param>
/// <param name="detail">What failed and why.</param>
/// <param name="hop">The service that could not be called, where that is the reason.</param>
internal sealed class ProblemException(int status, string detail, string? hop = null) : Exception(detail)
{
    public string? Hop => hop;

    public static ProblemException BadRequest(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static ProblemException BadHop(string hop, string reason) =>
        new(StatusCodes.Status502BadGateway, $"the service {hop} failed: {reason}", hop);

    public async Task WriteAsync(HttpResponse response)
    {
        var problem = new Problem(ReasonPhrases.GetReasonPhrase(status), status, Message, hop);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(problem, BaselineJson.Default.Problem);
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body);
    }
}
