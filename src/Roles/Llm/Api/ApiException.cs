using System.Text.Json.Serialization;

namespace NodeBox.Roles.Llm.Api;

/// <summary>A request is answered with OpenAI's error object.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">What is wrong and what would be right.</param>
/// <param name="param">The field of the request, as in "messages[0].role", or null.</param>
/// <param name="code">A word for programs, or null.</param>
internal sealed class ApiException(int status, string message, string? param = null, string? code = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>A word for programs; the error's type where it has no code of its own.</summary>
    public string Code => code ?? TypeOf(Status);

    /// <summary>When the client may try again, for the header of that name.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public ErrorBody Body => new(new ErrorDetail(Message, TypeOf(Status), param, code));

    public static ApiException Invalid(string param, string message) => new(400, message, param);

    private static string TypeOf(int status) => status switch
    {
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };
}

internal sealed record ErrorBody(ErrorDetail Error);

/// <summary>All four fields are always written: clients read them.</summary>
internal sealed record ErrorDetail(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
